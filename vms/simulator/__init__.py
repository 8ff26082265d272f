"""RTSP cameras made of numbers: they look like a calm city, carry their own truth, and fail on demand.

Begin at `camera_spec` (what a camera is), `server` (run some), `faults` (make them fail),
`frame_truth` (read a frame's number and time back from its pixels) and `history` (write their past).
"""
