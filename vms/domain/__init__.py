"""Pure values and rules of the field; nothing here touches a file, a socket, a process or a clock."""
