"use client";

import { useCountdown } from "@/app/_client/use-countdown";
import { Button } from "@/lib/ui/button";
import { formatCountdown } from "@/lib/ui/time";

/** Mails a code again, once the portal allows it; shows how long that takes. */
export function ResendButton({ resendAt, pending, resent, onResend }: { resendAt: number; pending: boolean; resent: boolean; onResend: () => void }) {
  const left = useCountdown(resendAt);
  return (
    <span className="inline-flex items-center gap-2">
      <Button tone="ghost" size="sm" disabled={left > 0} pending={pending} onClick={onResend}>
        {left > 0 ? (
          <span className="tabular">Send again in {formatCountdown(left)}</span>
        ) : (
          "Send the code again"
        )}
      </Button>
      <span role="status" className="text-sm text-good">
        {resent && left > 0 ? "Sent again" : ""}
      </span>
    </span>
  );
}
