/**
 * The gateway's program: `npm run agent`. Settings come from the environment; docs/gateway-protocol.md, Running an agent. It starts itself
 * twice more, as its tool processes, which must stay small: nothing that they don't need is loaded before it is known what this one is.
 */
import { AGENT_VERSION } from "@/agent/version";

const AS_TOOLS = "--tools";

if (process.argv[2] === "--version") process.stdout.write(`${AGENT_VERSION}\n`);
else if (process.argv[2] === AS_TOOLS) (await import("@/agent/tools/serve")).serveTools(AGENT_VERSION);
else {
  const { ToolProcesses } = await import("@/agent/tools/tools");
  const { startAgent } = await import("@/agent/start");
  await startAgent((log) => {
    const tools = new ToolProcesses([process.execPath, ...process.execArgv, process.argv[1]!, AS_TOOLS], AGENT_VERSION, log);
    tools.start();
    return tools;
  });
}
