import { Fingerprint, LifeBuoy, LogIn, Mail, Smartphone, type LucideIcon } from "lucide-react";
import type { Way } from "@/app/_client/step-up";

const WAY_LOOKS: Record<Way, { Icon: LucideIcon; label: string; hint: string }> = {
  passkey: { Icon: Fingerprint, label: "Passkey", hint: "Fingerprint, face, PIN or security key" },
  totp: { Icon: Smartphone, label: "Authenticator app", hint: "The code that your app shows now" },
  mail: { Icon: Mail, label: "Code by mail", hint: "Six digits to your address" },
  provider: { Icon: LogIn, label: "Your provider", hint: "Sign in there once more" },
  recovery: { Icon: LifeBuoy, label: "Recovery code", hint: "One of those you kept; each works once" },
};

/** The other ways to prove it; the present one is left out. */
export function OtherWays({ ways, onChoose }: { ways: Way[]; onChoose: (way: Way) => void }) {
  return (
    <ul aria-label="Other ways" className="grid gap-1.5">
      {ways.map((way) => {
        const { Icon, label, hint } = WAY_LOOKS[way];
        return (
          <li key={way}>
            <button
              type="button"
              onClick={() => onChoose(way)}
              className="flex w-full items-center gap-3 rounded-lg border border-line px-3.5 py-2.5 text-left transition-colors duration-100 hover:border-line-strong hover:bg-hover"
            >
              <Icon aria-hidden="true" className="size-5 shrink-0 text-faint" strokeWidth={1.75} />
              <span className="min-w-0">
                <span className="block font-medium">{label}</span>
                <span className="block text-sm text-muted">{hint}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
