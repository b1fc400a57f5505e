using Storytime.LocalCloud.Orchestration;

return await Orchestrator.RunAsync(args);
