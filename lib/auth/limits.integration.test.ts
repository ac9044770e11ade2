/** T10: guessing is stopped for every factor, and no stranger can keep an owner out. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { POLICIES, triesInADay } from "@/lib/core/guessing";
import { openDatabase } from "@/lib/db/client";
import { TestBrowser, wrongCode } from "@/lib/testing/browser";
import { openKit, type Kit } from "@/lib/testing/kit";
import { findBlock, forgiveTries, liftBlock, listBlocks, sourceNetwork, takeTry, type Try } from "./limits";

const PASSWORD = "tin lantern over the weir";

let kit: Kit;
let count = 0;
const newAddress = (): string => `bea-${++count}@people.test`;
const stranger = (account: string, source: string): Try => ({ kind: "password", account, source, knownBrowser: false });

/** Passes time for the limits, which go by the machine's clock. */
const pass = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000);

/** Tries without end. @returns how many got through before the first refusal, and the seconds to wait then */
async function triesUntilRefused(attempt: Try): Promise<{ through: number; wait: number }> {
  for (let through = 0; ; through++) {
    try {
      await takeTry(kit.ports, attempt);
    } catch (error) {
      expect(error).toMatchObject({ code: "too_many_tries" });
      return { through, wait: (error as { facts: { retryAfterSeconds: number } }).facts.retryAfterSeconds };
    }
  }
}

beforeAll(async () => {
  kit = await openKit();
});
afterAll(() => kit.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("T10: a stranger", () => {
  test("has five free tries on an account, then waits four times longer after each", async () => {
    const attempt = stranger(newAddress(), "203.0.113.1");
    expect(await triesUntilRefused(attempt)).toEqual({ through: 5, wait: 60 });
    for (const wait of [240, 960, 3840]) {
      pass(wait / 4);
      expect(await triesUntilRefused(attempt)).toEqual({ through: 1, wait });
    }
  });

  test("has no more tries for asking at once, from any process", async () => {
    const attempt = stranger(newAddress(), "203.0.113.2");
    const other = openDatabase(kit.databaseUrl);
    try {
      const tries = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => takeTry(index % 2 === 0 ? kit.ports : { db: other }, attempt)));
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    } finally {
      await other.close();
    }
  });

  test("is slowed more, by one address, when many attack the same account", async () => {
    const account = newAddress();
    for (let from = 0; from <= POLICIES.password.attackAt; from++) await takeTry(kit.ports, stranger(account, `198.18.${from}.1`));
    expect(await triesUntilRefused(stranger(account, "203.0.113.3"))).toEqual({ through: 1, wait: 900 });
  });

  test("still has a first try, however many attack: nobody is locked out from outside", async () => {
    const account = newAddress();
    for (let from = 0; from < 120; from++) await takeTry(kit.ports, stranger(account, `198.19.${from}.1`)).catch(() => undefined);
    await expect(takeTry(kit.ports, stranger(account, "203.0.113.4"))).resolves.toBeUndefined();
  });

  test("puts no account under attack by asking again: what is refused counts nowhere", async () => {
    const account = newAddress();
    const alone = stranger(account, "203.0.113.8");
    for (let asked = 0; asked < 2 * POLICIES.password.attackAt; asked++) await takeTry(kit.ports, alone).catch(() => undefined);
    expect(await triesUntilRefused(stranger(account, "203.0.113.9"))).toEqual({ through: 5, wait: 60 });
  });

  test("who shares a slowed source with somebody loses no tries of their own to it", async () => {
    const account = newAddress();
    while (await takeTry(kit.ports, stranger(newAddress(), "203.0.113.41")).then(() => true, () => false));
    for (let refused = 0; refused < 8; refused++) await expect(takeTry(kit.ports, stranger(account, "203.0.113.41"))).rejects.toMatchObject({ code: "too_many_tries", facts: { retryAfterSeconds: 10 } });
    pass(10);
    await takeTry(kit.ports, stranger(account, "203.0.113.41"));
    const counted = await kit.sql<{ points: number }>("SELECT points FROM rate_limits WHERE key = $1", [`tries:password pair 203.0.113.41 ${account}`]);
    expect(counted).toEqual([{ points: 1 }]);
  });

  test("who tries many accounts is slowed as a source", async () => {
    const { through } = await (async () => {
      for (let tried = 0; ; tried++) {
        try {
          await takeTry(kit.ports, stranger(newAddress(), "203.0.113.5"));
        } catch {
          return { through: tried };
        }
      }
    })();
    expect(through).toBe(POLICIES.password.source.free);
  });

  test("an IPv6 customer's network is one source", () => {
    expect(sourceNetwork("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(sourceNetwork("2001:DB8:1:2::9")).toBe(sourceNetwork("2001:db8:1:2:ffff::1"));
    expect(sourceNetwork("::1")).toBe("0:0:0:0::/64");
    expect(sourceNetwork("2001:db8::")).toBe("2001:db8:0:0::/64");
    expect(sourceNetwork("192.0.2.1")).toBe("192.0.2.1");
  });

  test("starts again after a day", async () => {
    const attempt = stranger(newAddress(), "203.0.113.6");
    await triesUntilRefused(attempt);
    pass(86_401);
    expect((await triesUntilRefused(attempt)).through).toBe(5);
  });
});

describe("T10: the owner", () => {
  test("gets in with a known browser while strangers are made to wait", async () => {
    const email = newAddress();
    const owner = new TestBrowser(kit, "192.0.2.77");
    await owner.makeAccount(email, PASSWORD);
    for (let from = 0; from < 60; from++) await takeTry(kit.ports, stranger(email, `198.20.${from}.1`));
    // Also from an address that is itself being slowed.
    await triesUntilRefused(stranger(email, "192.0.2.77"));
    await expect(new TestBrowser(kit, "192.0.2.77").password(email, PASSWORD)).rejects.toMatchObject({ code: "too_many_tries" });
    await owner.signIn(email, PASSWORD);
  });

  test("gets in from a new browser at a new address, too", async () => {
    const email = newAddress();
    await new TestBrowser(kit, "192.0.2.78").makeAccount(email, PASSWORD);
    for (let from = 0; from < 60; from++) await takeTry(kit.ports, stranger(email, `198.21.${from}.1`));
    await new TestBrowser(kit, "192.0.2.79").signIn(email, PASSWORD);
  });

  test("a known browser has limits of its own: a stolen one is no way to guess", async () => {
    const attempt: Try = { kind: "password", account: newAddress(), source: "192.0.2.80", knownBrowser: true };
    expect(await triesUntilRefused(attempt)).toEqual({ through: 10, wait: 30 });
    expect(triesInADay(POLICIES.password.known)).toBeLessThan(130);
  });

  test("a right try takes back what it cost, and the wait with it", async () => {
    const attempt = stranger(newAddress(), "203.0.113.7");
    await triesUntilRefused(attempt);
    await forgiveTries(kit.ports, attempt);
    expect((await triesUntilRefused(attempt)).through).toBe(5);
  });

  test("somebody else's known browser is a stranger's", async () => {
    const [mine, theirs] = [newAddress(), newAddress()];
    const thief = new TestBrowser(kit, "203.0.113.8");
    await thief.makeAccount(theirs, PASSWORD);
    await new TestBrowser(kit, "192.0.2.81").makeAccount(mine, PASSWORD);
    for (let tries = 0; tries < 5; tries++) await expect(thief.password(mine, "not this one at all")).rejects.toMatchObject({ code: "credentials_wrong" });
    await expect(thief.password(mine, "not this one at all")).rejects.toMatchObject({ code: "too_many_tries" });
  });
});

describe("T10: codes", () => {
  test("who knows the password has so many wrong codes a day on the account, over all attempts and sources", async () => {
    const email = newAddress();
    await new TestBrowser(kit, "192.0.2.82").makeAccount(email, PASSWORD);
    let wrong = 0;
    let refused: unknown = null;
    for (let from = 0; from < 10 && refused === null; from++) {
      const thief = new TestBrowser(kit, `203.0.113.${100 + from}`);
      await thief.password(email, PASSWORD);
      const right = await thief.mailedCodeOrFail(email);
      for (let tries = 0; tries < 5 && refused === null; tries++) {
        await thief.code("sign_in", wrongCode(right)).catch((error: { code: string }) => {
          if (error.code === "code_wrong") wrong += 1;
          else refused = error;
        });
      }
    }
    expect(wrong).toBe(POLICIES.factor.account.free);
    expect(refused).toMatchObject({ code: "too_many_tries", facts: { retryAfterSeconds: 60 } });
  });

  test("a stranger can bring three reset mails an hour to an address, and can't stop the owner's", async () => {
    const email = newAddress();
    await new TestBrowser(kit, "192.0.2.83").makeAccount(email, PASSWORD);
    const attacker = new TestBrowser(kit, "203.0.113.9");
    for (let mails = 0; mails < 3; mails++) await attacker.reset(email);
    await expect(attacker.reset(email)).rejects.toMatchObject({ code: "too_many_tries", facts: { retryAfterSeconds: 3600 } });
    await new TestBrowser(kit, "192.0.2.84").reset(email);
  });
});

describe("operators", () => {
  test("see who waits, where, until when, and lift it", async () => {
    const account = newAddress();
    const attempt = stranger(account, "203.0.113.10");
    await triesUntilRefused(attempt);
    const block = (await listBlocks(kit.ports)).find((found) => found.account === account);
    expect(block).toMatchObject({ kind: "password", scope: "pair", source: "203.0.113.10", tries: 5 });
    expect(block?.waitsUntil?.getTime()).toBeGreaterThan(Date.now());
    expect(await liftBlock(kit.ports, block!.key)).toBe(true);
    expect(await liftBlock(kit.ports, block!.key)).toBe(false);
    expect((await triesUntilRefused(attempt)).through).toBe(5);
  });

  test("see an account under attack", async () => {
    const account = newAddress();
    for (let from = 0; from < 55; from++) await takeTry(kit.ports, stranger(account, `198.22.${from}.1`));
    expect(await listBlocks(kit.ports)).toContainEqual(expect.objectContaining({ kind: "password", scope: "account", account, waitsUntil: null, tries: 55 }));
  });

  test("see an account under attack, and can find a block again, also among more counters than are listed", async () => {
    const account = newAddress();
    for (let from = 0; from < 55; from++) await takeTry(kit.ports, stranger(account, `198.23.${from}.1`));
    await triesUntilRefused(stranger(account, "203.0.113.51"));
    const later = Date.now() + 2 * 86_400_000;
    for (const prefix of ["tries", "wait"]) {
      await kit.sql("INSERT INTO rate_limits (key, points, expire) SELECT $1 || ':password pair 198.24.' || n || '.1 crowd@people.test', 9, $2 FROM generate_series(1, 600) n", [prefix, later]);
    }
    expect(await listBlocks(kit.ports)).toContainEqual(expect.objectContaining({ scope: "account", account }));
    expect(await findBlock(kit.ports, `password pair 203.0.113.51 ${account}`)).toMatchObject({ account, source: "203.0.113.51", tries: 1, waitsUntil: expect.any(Date) });
    expect(await findBlock(kit.ports, "password pair 203.0.113.52 nobody")).toBeNull();
    await kit.sql("DELETE FROM rate_limits WHERE key LIKE '%crowd@people.test'");
  });

  test("a very long address is counted as well", async () => {
    const attempt = stranger(`${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.test`, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
    expect((await triesUntilRefused(attempt)).through).toBe(5);
  });
});
