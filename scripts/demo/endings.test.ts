import { describe, expect, it } from "vitest";
import { createEndings, Stopped } from "@/scripts/demo/endings";

describe("ending what was started", () => {
  it("goes from the last to the first, and one that fails keeps none of the others from its turn", async () => {
    const order: string[] = [];
    const problems: string[] = [];
    const endings = createEndings((problem) => problems.push(problem));
    await endings.add(async () => void order.push("database"));
    await endings.add(async () => {
      throw new Error("stuck");
    });
    await endings.add(async () => void order.push("portal"));
    await endings.end();
    expect(order).toEqual(["portal", "database"]);
    expect(problems).toEqual(["stuck"]);
  });

  it("ends at once what a start under way still brings, and calls that start off", async () => {
    const endings = createEndings(() => {});
    await endings.end();
    let ended = false;
    await expect(
      endings.add(async () => {
        ended = true;
      }),
    ).rejects.toBeInstanceOf(Stopped);
    expect(ended).toBe(true);
  });

  it("ends nothing twice", async () => {
    const endings = createEndings(() => {});
    let count = 0;
    await endings.add(async () => void count++);
    await Promise.all([endings.end(), endings.end()]);
    expect(count).toBe(1);
  });
});
