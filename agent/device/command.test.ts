import { describe, expect, test } from "vitest";
import { CommandFailed, run, withoutKeys } from "@/agent/device/command";
import { failureOf } from "@/agent/device/failures";
import { failureSchema } from "@/lib/protocol/messages";

const KEY = Buffer.alloc(32, 7).toString("base64");
const ID = "6f1c2a34-9b0e-4c57-8d21-0a4be7c91f53";

describe("commands", () => {
  test("give their output, and take input through a /dev/stdin that can be opened by its path", async () => {
    expect(await run("echo", ["hello"])).toBe("hello\n");
    expect(await run("cat", ["/dev/stdin"], { input: "secret" })).toBe("secret");
  });

  test("T15 arguments are never read by a shell", async () => {
    const nasty = "$(id); `id` | id && 'id' \"id\"";
    expect(await run("printf", ["%s", nasty])).toBe(nasty);
    expect(await run("sh", ["-c", 'cat > /dev/null; printf %s "$1"', "sh", nasty], { input: "x" })).toBe(nasty);
  });

  test("fail with what the program said, without keys, and with the status of the program and not of the pipe before it", async () => {
    const failing = run("sh", ["-c", `echo 'Key is not the correct length: ${KEY}' >&2; exit 3`], { input: "x".repeat(1_000_000) });
    await expect(failing).rejects.toMatchObject({ reason: "exit", said: "Key is not the correct length: [key]" });
    await expect(run("false", ["set", "pc-1a2b3c4d", "peer", KEY, "remove"])).rejects.toMatchObject({ command: "false set pc-1a2b3c4d peer [key]" });
    await expect(run("no-such-program", [])).rejects.toMatchObject({ reason: "missing" });
    await expect(run("no-such-program", [], { input: "" })).rejects.toMatchObject({ reason: "missing" });
  });

  test("stop when they are told to", async () => {
    const stop = new AbortController();
    const running = run("sleep", ["60"], { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
  });

  test("keys are taken out of whatever is said of them", () => {
    expect(withoutKeys(`a ${KEY}\n b ${KEY.slice(0, 43)}`)).toBe("a [key] b [key]");
  });
});

describe("failures", () => {
  const failed = (said: string, reason: "missing" | "timeout" | "exit" = "exit"): CommandFailed => new CommandFailed("wg set pc-1a2b3c4d", reason, said);

  test.each([
    ["port_in_use", failed("Unable to modify interface: Address already in use")],
    ["not_permitted", failed("Unable to access interface: Operation not permitted")],
    ["tool_missing", failed("", "missing")],
    ["no_answer", failed("", "timeout")],
    ["no_tun_device", failed('CreateTUN("pc-1a2b3c4d") failed; /dev/net/tun does not exist')],
    ["device_refused", failed("Unable to modify interface: Protocol error")],
    ["agent_failed", new Error("no space left on device")],
  ])("%s is said in words that fit the protocol", (code, error) => {
    const failure = failureOf(ID, error);
    expect(failure).toMatchObject({ instanceId: ID, code });
    expect(failureSchema.parse(failure)).toEqual(failure);
  });

  test("a long reason is cut to the protocol's bound", () => {
    expect(failureOf(null, new Error("x".repeat(5_000))).message).toHaveLength(300);
  });
});
