"use client";

import { useState } from "react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { whenCut } from "@/app/_client/enforcement";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button, type ButtonSize } from "@/lib/ui/button";
import { useToast } from "@/lib/ui/toast";
import type { ClientView } from "@/lib/usecases/views";

interface RevokeButtonProps {
  subscriptionId: string;
  client: ClientView;
  /** The client as the portal holds it once the revocation is committed; the gateway's word follows by event. */
  onRevoked: (client: ClientView) => void;
  /** From the click until the portal has answered. */
  onPendingChange?: (pending: boolean) => void;
  size?: ButtonSize;
  className?: string;
}

/** Takes a client's access away: one click, one question, no code. */
export function RevokeButton({ subscriptionId, client, onRevoked, onPendingChange, size = "sm", className }: RevokeButtonProps) {
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState(false);
  const toast = useToast();

  async function revoke() {
    setPending(true);
    onPendingChange?.(true);
    try {
      onRevoked(await revokeSurely(subscriptionId, client.id));
    } catch (error) {
      const { message, undecided } = toApiError(error);
      toast(
        undecided
          ? { tone: "bad", title: `${client.nickname} may still have access`, description: `${message} It isn’t certain that the revocation arrived.` }
          : { tone: "bad", title: `${client.nickname} was not revoked`, description: message },
      );
    } finally {
      setPending(false);
      onPendingChange?.(false);
    }
  }

  return (
    <>
      <Button tone="danger-quiet" size={size} pending={pending} className={className} aria-label={`Revoke ${client.nickname}`} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke ${client.nickname}?`}
        cancelLabel="Keep access"
        confirmLabel="Revoke access"
        onConfirm={() => void revoke()}
      >
        <p>
          <strong className="font-medium text-ink">{client.nickname}</strong> ({client.ownerEmail}) loses access {whenCut(client.gateway)}. This can’t be undone;
          to return, it needs a new config.
        </p>
        {client.gateway.fetched === null && !client.gateway.online && (
          <p className="text-warn">
            The gateway {client.gateway.name} can’t be reached right now. Until it answers, a connection that is open stays open; this page tells you when it is cut.
          </p>
        )}
      </AlertDialog>
    </>
  );
}

/** Where no answer came, looks whether the revocation arrived all the same, before anybody is told that it didn't. */
async function revokeSurely(subscriptionId: string, clientId: string): Promise<ClientView> {
  try {
    return await api.revokeClient(subscriptionId, clientId);
  } catch (error) {
    if (!toApiError(error).undecided) throw error;
    const current = await api.client(subscriptionId, clientId).catch(() => null);
    if (current?.state === "revoked") return current;
    throw error;
  }
}
