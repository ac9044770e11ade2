/**
 * Questions that come close together become one: each asker gets its own answer, and whoever is asked is asked once. Fails for all of
 * one round when the round fails, so a question must be sound before it is put in.
 */
export class Gather<Question, Answer> {
  private round: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];

  /**
   * @param askAll answers in the order of the questions
   * @param later runs a round when it has waited for others long enough
   */
  constructor(
    private readonly askAll: (questions: Question[]) => Promise<Answer[]>,
    private readonly later: (run: () => void) => void,
  ) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.round.push({ question, resolve, reject });
      if (this.round.length === 1) this.later(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    const round = this.round;
    this.round = [];
    try {
      const answers = await this.askAll(round.map(({ question }) => question));
      if (answers.length !== round.length) throw new Error(`${round.length} questions got ${answers.length} answers.`);
      round.forEach(({ resolve }, i) => resolve(answers[i]!));
    } catch (error) {
      for (const { reject } of round) reject(error);
    }
  }
}
