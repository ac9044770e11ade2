"use client";

import { useState } from "react";
import Link from "next/link";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { whenCut } from "@/app/_client/enforcement";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button, buttonClass } from "@/lib/ui/button";
import { LinkPending } from "@/lib/ui/link-pending";
import { useToast } from "@/lib/ui/toast";
import type { ClientView } from "@/lib/usecases/views";
import { EndDialog } from "./end-dialog";

interface LifecycleButtonsProps {
  subscriptionId: string;
  client: ClientView;
  /** Days that the plan gives a client at a time; null: any. */
  maxClientDays: number | null;
  onChanged: (client: ClientView) => void;
}

/** Suspend, resume, and when the access ends: what can be taken back, beside what can't. */
export function LifecycleButtons({ subscriptionId, client, maxClientDays, onChanged }: LifecycleButtonsProps) {
  const [asking, setAsking] = useState<"suspend" | "end" | null>(null);
  const [pending, setPending] = useState(false);
  const { approve, dialog } = useStepUp();
  const toast = useToast();

  async function run(what: string, act: () => Promise<ClientView | null>) {
    setPending(true);
    try {
      const changed = await act();
      if (changed) onChanged(changed);
    } catch (error) {
      toast({ tone: "bad", title: `${client.nickname} was not ${what}`, description: toApiError(error).message });
    } finally {
      setPending(false);
    }
  }

  const suspend = () => run("suspended", () => api.suspendClient(subscriptionId, client.id));
  const resume = () =>
    run("resumed", () =>
      approve({
        ask: () => api.askResume(subscriptionId, client.id),
        act: (proof) => api.resumeClient(subscriptionId, client.id, proof),
        title: `Resume ${client.nickname}?`,
        words: { submit: "Resume access", pending: "Resuming…" },
      }),
    );
  const shorten = (expiresAt: string) => run("changed", () => api.shortenClient(subscriptionId, client.id, expiresAt));
  const extend = (expiresAt: string | null) =>
    run("extended", () =>
      approve({
        ask: () => api.askExtension(subscriptionId, client.id, expiresAt),
        act: (proof) => api.extendClient(subscriptionId, client.id, expiresAt, proof),
        title: `Give ${client.nickname} more time?`,
        words: { submit: "Give more time", pending: "Changing the end…" },
      }),
    );

  return (
    <>
      {client.mayResume && (
        <Button tone="primary" pending={pending} className="flex-1 sm:flex-none" onClick={() => void resume()}>
          Resume
        </Button>
      )}
      {client.mayReplaceKey && client.state === "active" && (
        <Link href={`/subscriptions/${subscriptionId}/clients/${client.id}/replace-key`} className={buttonClass("secondary", "md", "flex-1 whitespace-nowrap sm:flex-none")}>
          Replace key
          <LinkPending />
        </Link>
      )}
      {(client.mayExtend || client.mayShorten) && (
        <Button pending={pending && asking === "end"} className="flex-1 whitespace-nowrap sm:flex-none" onClick={() => setAsking("end")}>
          {client.state === "expired" ? "Give more time" : "Change end date"}
        </Button>
      )}
      {client.maySuspend && (
        <Button pending={pending} className="flex-1 sm:flex-none" onClick={() => setAsking("suspend")}>
          Suspend
        </Button>
      )}
      <AlertDialog
        open={asking === "suspend"}
        onOpenChange={(open) => setAsking(open ? "suspend" : null)}
        title={`Suspend ${client.nickname}?`}
        cancelLabel="Keep access"
        confirmLabel="Suspend access"
        onConfirm={() => void suspend()}
      >
        <p>
          <strong className="font-medium text-ink">{client.nickname}</strong> ({client.ownerEmail}) loses access {whenCut(client.gateway)}. It keeps its key and its addresses; once
          somebody resumes it, the same config works again. If the machine is lost for good, revoke it instead.
        </p>
      </AlertDialog>
      <EndDialog
        open={asking === "end"}
        onOpenChange={(open) => setAsking(open ? "end" : null)}
        client={client}
        maxDays={maxClientDays}
        onEarlier={(expiresAt) => void shorten(expiresAt)}
        onLater={(expiresAt) => void extend(expiresAt)}
      />
      {dialog}
    </>
  );
}
