import { CommandFailed } from "@/agent/device/command";

/** The process ended before it answered: what it was asked for may be done, half done or not done. */
export class ToolsEnded extends CommandFailed {
  constructor(what: string) {
    super(what, "exit", "the agent's tool process ended; it is started anew");
  }
}
