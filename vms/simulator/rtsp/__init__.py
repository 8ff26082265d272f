"""How the simulated cameras are reached: RTSP and RTP on a port, failing when told to."""
