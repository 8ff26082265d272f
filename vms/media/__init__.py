"""Reading of the MP4 files that Siring records: boxes, fragments, init segments, parameter sets."""
