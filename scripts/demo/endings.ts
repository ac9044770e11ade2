/** How to end what has been started, last first; also when the order to end comes in the middle of starting. */
export interface Endings {
  /** Notes how to end something just started. When the end has begun already, ends it at once and throws Stopped. */
  add(end: () => Promise<void>): Promise<void>;
  /** Ends everything noted so far. What is added from then on ends at once. */
  end(): Promise<void>;
  readonly begun: boolean;
}

/** Thrown in the middle of a start that is called off; says nothing to a person. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export function createEndings(report: (problem: string) => void): Endings {
  const ends: (() => Promise<void>)[] = [];
  let begun = false;
  // Each gets its turn, whatever becomes of the one before.
  const attempt = async (end: () => Promise<void>) => {
    try {
      await end();
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    get begun() {
      return begun;
    },
    add: async (end) => {
      if (begun) {
        await attempt(end);
        throw new Stopped("The start was called off.");
      }
      ends.push(end);
    },
    end: async () => {
      begun = true;
      for (let end = ends.pop(); end; end = ends.pop()) await attempt(end);
    },
  };
}
