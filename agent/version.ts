/** Of the agent's program; equal to package.json's. */
export const AGENT_VERSION = "0.1.0";
