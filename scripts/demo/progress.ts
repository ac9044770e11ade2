/** Tells what goes on while one waits, step by step with its time. */
export interface Progress {
  /** Shows the step, does it, and shows how long it took. `note` changes what is shown meanwhile. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line of its own. */
  say(line: string): void;
}

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 100;

/** On a terminal a line that moves; elsewhere (a log, a pipe) one line when a step begins and one when it has ended. */
export function consoleProgress(output: NodeJS.WriteStream = process.stdout): Progress {
  const live = output.isTTY === true;
  const colour = (code: number, text: string) => (live && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text);
  /** Draws the step that is going on; null between steps. */
  let draw: (() => void) | null = null;
  const line = (text: string) => {
    output.write(`${live ? "\r\u001b[2K" : ""}${text}\n`);
    draw?.();
  };
  return {
    say: line,
    step: async (title, work) => {
      const began = performance.now();
      const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
      let note = "";
      let frame = 0;
      if (live) draw = () => output.write(`\r\u001b[2K${colour(36, FRAMES[frame++ % FRAMES.length] ?? "")} ${title}${note ? `: ${note}` : ""}… ${colour(2, seconds())}`);
      else line(`  ${title}…`);
      const timer = setInterval(() => draw?.(), FRAME_MS);
      const finish = (mark: string) => {
        clearInterval(timer);
        draw = null;
        line(`${mark} ${title} ${colour(2, `(${seconds()})`)}`);
      };
      try {
        const result = await work((text) => {
          note = text;
          draw?.();
        });
        finish(colour(32, "✓"));
        return result;
      } catch (error) {
        finish(colour(31, "✗"));
        throw error;
      }
    },
  };
}

export const silentProgress: Progress = { step: (_title, work) => work(() => {}), say: () => {} };
