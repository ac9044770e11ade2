import { expect, it } from "vitest";
import { pingText } from "@/scripts/demo/ping-line";

const at = new Date(2026, 10, 22, 12, 0, 3);

it("tells a tunnel that lives from one that is dead, and since when", () => {
  expect(pingText({ answered: 0, unanswered: 2, lastAnswer: null, roundTripMs: null, silent: false }, "10.77.0.1")).toBe("No answer from 10.77.0.1 yet (2 pings)");
  expect(pingText({ answered: 7, unanswered: 0, lastAnswer: at, roundTripMs: 0.52, silent: false }, "10.77.0.1")).toBe("10.77.0.1 answers in 0.5 ms (7 pings)");
  expect(pingText({ answered: 7, unanswered: 9, lastAnswer: at, roundTripMs: 0.52, silent: true }, "10.77.0.1")).toBe("No answer since 12:00:03 (9 pings): the tunnel is dead");
});
