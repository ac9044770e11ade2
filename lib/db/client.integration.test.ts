import { afterAll, beforeAll, expect, test } from "vitest";
import { openKit, type Kit } from "@/lib/testing/kit";

let kit: Kit;
beforeAll(async () => {
  kit = await openKit();
  await kit.sql("CREATE TABLE note (id int PRIMARY KEY, text text)");
  await kit.sql("INSERT INTO note VALUES (1, ''), (2, '')");
});
afterAll(() => kit.close());

/** Resolves for everyone once that many have come. */
function meeting(of: number): () => Promise<void> {
  let come = 0;
  let open: () => void = () => {};
  const all = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if ((come += 1) >= of) open();
    return all;
  };
}

test("a transaction that PostgreSQL ends to break a deadlock runs again, and both come through", async () => {
  const bothHoldOne = meeting(2);
  let runs = 0;
  const lockBoth = (first: number, second: number) =>
    kit.ports.db.transaction(async (tx) => {
      runs += 1;
      await tx.$executeRaw`UPDATE note SET text = text || 'x' WHERE id = ${first}`;
      await bothHoldOne();
      await tx.$executeRaw`UPDATE note SET text = text || 'x' WHERE id = ${second}`;
    });
  await Promise.all([lockBoth(1, 2), lockBoth(2, 1)]);
  // Once each and once again; more when both were ended.
  expect(runs).toBeGreaterThanOrEqual(3);
  expect(await kit.sql("SELECT text FROM note WHERE id IN (1, 2)")).toEqual([{ text: "xx" }, { text: "xx" }]);
});

test("a transaction whose work throws leaves nothing", async () => {
  const failing = kit.ports.db.transaction(async (tx) => {
    await tx.$executeRaw`INSERT INTO note VALUES (3, '')`;
    throw new Error("half-way");
  });
  await expect(failing).rejects.toThrow("half-way");
  expect(await kit.sql("SELECT FROM note WHERE id = 3")).toEqual([]);
});

test("a snapshot sees one instant, whatever others commit meanwhile", async () => {
  const counts = await kit.ports.db.transaction(
    async (tx) => {
      const count = async () => (await tx.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM note`)[0]?.n;
      const before = await count();
      await kit.sql("INSERT INTO note VALUES (4, '')");
      return [before, await count()];
    },
    { snapshot: true },
  );
  expect(counts[1]).toBe(counts[0]);
});
