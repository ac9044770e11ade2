"use client";

import { useState } from "react";
import { endOf, givesMore, type EndChoice } from "@/app/_client/end-choice";
import { EndField } from "@/app/_components/end-field";
import { Button } from "@/lib/ui/button";
import { Dialog } from "@/lib/ui/dialog";
import { DateTime } from "@/lib/ui/relative-time";
import type { ClientView } from "@/lib/usecases/views";

interface EndDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  client: ClientView;
  maxDays: number | null;
  /** An earlier end: needs nothing but the click. */
  onEarlier: (expiresAt: string) => void;
  /** A later one, or none: is to be approved. */
  onLater: (expiresAt: string | null) => void;
}

/** Asks when a client's access is to end, and says what that changes before it is done. */
export function EndDialog({ open, onOpenChange, client, maxDays, onEarlier, onLater }: EndDialogProps) {
  const [choice, setChoice] = useState<EndChoice>({ kind: "days", days: 30 });
  const [error, setError] = useState<string | null>(null);
  const expired = client.state === "expired";
  const { expiresAt: before } = client;
  const later = (end: string | null): boolean => expired || givesMore(end, before);

  function submit() {
    const end = endOf(choice, Date.now());
    if (end === "invalid") return setError("Choose a day that is still to come.");
    if (!later(end) && end === null) return onOpenChange(false);
    if (later(end) && !client.mayExtend) return setError("Your role lets you choose an earlier end only.");
    onOpenChange(false);
    if (later(end)) onLater(end);
    else if (end !== null) onEarlier(end);
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={expired ? `Give ${client.nickname} more time` : `When should the access of ${client.nickname} end?`}
      description={
        before === null ? (
          "So far it has no end."
        ) : (
          <>
            {expired ? "It ended" : "So far it ends"} <DateTime iso={before} />.
          </>
        )
      }
    >
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <EndField
          label="Access ends"
          autoFocus
          value={choice}
          maxDays={maxDays}
          error={error}
          onValueChange={(next) => {
            setChoice(next);
            setError(null);
          }}
        />
        <p className="text-sm text-muted">
          The key and the addresses stay, so the config on the machine goes on working until then. For more time than now you confirm that it’s you; for less, this is all.
        </p>
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button tone="ghost" onClick={() => onOpenChange(false)}>
            Leave it as it is
          </Button>
          <Button type="submit" tone="primary">
            {expired ? "Give more time" : "Change end date"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
