"use client";

import { useEffect, useId, useRef, useState } from "react";
import { Download, Printer } from "lucide-react";
import { LeaveGuard } from "@/app/_components/leave-guard";
import { Button } from "@/lib/ui/button";
import { CopyButton } from "@/lib/ui/copy-button";
import { downloadText } from "@/lib/ui/download";

/** Recovery codes, which are shown here and never again: nobody gets past before they say that they kept them. */
export function RecoveryCodes({ codes, onSaved }: { codes: string[]; onSaved: () => void }) {
  const [kept, setKept] = useState(false);
  const heading = useRef<HTMLParagraphElement>(null);
  const id = useId();
  const text = `Portcullis recovery codes for ${location.host}\nEach one works once, in place of your second factor.\n\n${codes.join("\n")}\n`;

  useEffect(() => heading.current?.focus(), []);

  return (
    <div className="grid gap-5">
      <p ref={heading} tabIndex={-1} className="text-muted outline-none">
        If you lose your phone and your passkeys, one of these gets you in. Each works once. <strong className="font-medium text-ink">They are shown now and never again:</strong> print them, or keep them in a password manager.
      </p>
      <div data-print="" className="rounded-lg bg-sunken px-4 py-4">
        <p className="mb-3 hidden font-medium print:block">Portcullis recovery codes for {location.host}</p>
        <ul aria-label="Recovery codes" className="grid grid-cols-1 gap-x-6 gap-y-1.5 min-[360px]:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="text-center font-mono text-base">
              {code}
            </li>
          ))}
        </ul>
      </div>
      <div className="grid grid-cols-3 gap-2">
        <CopyButton text={text} what="recovery codes" tone="secondary" size="md">
          Copy
        </CopyButton>
        <Button onClick={() => downloadText("portcullis-recovery-codes.txt", text)}>
          <Download aria-hidden="true" className="size-4" />
          Download
        </Button>
        <Button onClick={() => window.print()}>
          <Printer aria-hidden="true" className="size-4" />
          Print
        </Button>
      </div>
      <label htmlFor={id} className="flex items-start gap-3 rounded-lg border border-line px-4 py-3">
        <input id={id} type="checkbox" checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} className="mt-0.5 size-4.5 shrink-0" />
        <span>I saved them somewhere safe</span>
      </label>
      <Button tone="primary" size="lg" disabled={!kept} onClick={onSaved}>
        Continue
      </Button>
      <LeaveGuard active title="Leave without the recovery codes?" stayLabel="Stay here" leaveLabel="Leave anyway">
        <p>They are shown only now. You can make new ones later on this page, as long as you have your second factor.</p>
      </LeaveGuard>
    </div>
  );
}
