/** Playwright's global set-up: one stack for the whole run. */
import { STACK_VARIABLE } from "./description";
import { startStack } from "./start-stack";

export default async function setup(): Promise<() => Promise<void>> {
  const stack = await startStack();
  // Playwright's workers begin after this and inherit the environment.
  process.env[STACK_VARIABLE] = stack.file;
  return () => stack.stop();
}
