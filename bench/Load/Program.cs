using MediaServer.Load;

return CommandLine.Run(args);
