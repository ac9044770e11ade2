import { describe, expect, it } from "vitest";
import { installGuide, PLATFORMS, platformOf } from "./install-steps";

describe("steps to install a configuration", () => {
  it.each(PLATFORMS)("for %s name the file and end at the instance", (platform) => {
    const { steps } = installGuide(platform, "sams-laptop", "http://10.8.0.1");
    const all = steps.map(({ text, command }) => `${text} ${command ?? ""}`).join("\n");
    expect(all).toContain("sams-laptop.conf");
    expect(steps.at(-1)?.text).toContain("http://10.8.0.1");
  });

  it("for Linux keep the file readable by root alone and use the tunnel's name", () => {
    const commands = installGuide("linux", "sams-laptop", "http://10.8.0.1").steps.flatMap(({ command }) => command ?? []);
    expect(commands[0]).toBe("sudo install -m 600 sams-laptop.conf /etc/wireguard/sams-laptop.conf\nsudo wg-quick up sams-laptop");
  });

  it.each(PLATFORMS)("for %s make room first where the machine has the tunnel of an older key", (platform) => {
    const [first, ...rest] = installGuide(platform, "sams-laptop", "http://10.8.0.1", true).steps;
    expect(`${first?.text} ${first?.command ?? ""}`).toMatch(platform === "linux" ? /old tunnel.*sudo wg-quick down sams-laptop$/ : /old tunnel off and delete it/);
    expect(rest).toEqual(installGuide(platform, "sams-laptop", "http://10.8.0.1").steps);
  });
});

describe("the first tab", () => {
  it.each([
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 0, "windows"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0, "macos"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5, "ios"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", 5, "ios"],
    ["Mozilla/5.0 (Linux; Android 15; Pixel 9)", 5, "android"],
    ["Mozilla/5.0 (X11; Linux x86_64)", 0, "linux"],
    ["", 0, "windows"],
  ])("of %s (%d touch points) is %s", (userAgent, touchPoints, platform) => expect(platformOf(userAgent, touchPoints)).toBe(platform));
});
