import { expect, test } from "vitest";
import { Gather } from "./gather";

/** Rounds run when told to. */
function gathering(askAll: (questions: number[]) => Promise<string[]>) {
  const rounds: (() => void)[] = [];
  return { gather: new Gather<number, string>(askAll, (run) => rounds.push(run)), runAll: () => rounds.splice(0).forEach((run) => run()), rounds };
}

test("what is asked before a round runs is asked together, and each gets its own answer", async () => {
  const asked: number[][] = [];
  const { gather, runAll, rounds } = gathering(async (questions) => (asked.push(questions), questions.map((one) => `answer ${one}`)));
  const answers = [gather.ask(1), gather.ask(2), gather.ask(1)];
  expect(rounds).toHaveLength(1);
  runAll();
  // What comes while a round is under way is the next round's: it may ask for something newer than that one reads.
  const next = gather.ask(3);
  expect(await Promise.all(answers)).toEqual(["answer 1", "answer 2", "answer 1"]);
  runAll();
  expect(await next).toBe("answer 3");
  expect(asked).toEqual([[1, 2, 1], [3]]);
});

test("a round that fails, or has too few answers, fails for those in it and for nobody else", async () => {
  let round = 0;
  const { gather, runAll } = gathering(async (questions) => {
    round += 1;
    if (round === 1) throw new Error("away");
    return round === 2 ? [] : questions.map(String);
  });
  for (const reason of ["away", "1 questions got 0 answers."]) {
    const failed = expect(gather.ask(1)).rejects.toThrow(reason);
    runAll();
    await failed;
  }
  const well = gather.ask(7);
  runAll();
  expect(await well).toBe("7");
});
