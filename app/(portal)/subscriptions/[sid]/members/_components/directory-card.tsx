"use client";

import { useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { memberApi } from "@/app/_client/member-api";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { AlertDialog } from "@/lib/ui/alert-dialog";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { Notice } from "@/lib/ui/notice";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import type { DirectoryView } from "@/lib/usecases/members-view";

/** Connecting the company's directory. The token is on this page alone, and gone when the page is left. */
export function DirectoryCard({ subscriptionId, initial }: { subscriptionId: string; initial: DirectoryView }) {
  const [view, setView] = useState(initial);
  const [made, setMade] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState<"make" | "disconnect" | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  const { url, token } = view;

  const failed = (problem: unknown) => toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });

  async function make() {
    setPending("make");
    try {
      const answer = await approve({
        ask: () => memberApi.askDirectoryToken(subscriptionId),
        act: (proof) => memberApi.makeDirectoryToken(subscriptionId, proof),
        title: token ? "Make another token?" : "Connect your directory?",
        words: { submit: token ? "Make another" : "Make the token", pending: "Making it…" },
      });
      if (answer === null) return;
      const { made: shown, ...rest } = answer;
      setView(rest);
      setMade(shown);
    } catch (problem) {
      failed(problem);
    } finally {
      setPending(null);
    }
  }

  async function disconnect() {
    setPending("disconnect");
    try {
      setView(await memberApi.disconnectDirectory(subscriptionId));
      setMade(null);
      toast({ tone: "good", title: "The directory is disconnected", description: "Members stay what they are." });
    } catch (problem) {
      failed(problem);
    } finally {
      setPending(null);
    }
  }

  return (
    <Card aria-labelledby="directory" className="mt-6">
      <CardHeader
        title="Company directory"
        titleId="directory"
        description="Let your company’s directory (Entra, Okta, Keycloak and others, by SCIM) invite people here, and turn them off when they leave: their machines are cut at once."
      />
      <div className="grid gap-4 px-4 py-4 sm:px-5">
        <dl className="grid gap-3">
          <div className="grid gap-1">
            <dt className="text-xs text-muted">Base URL (some call it tenant URL)</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <code className="code-text min-w-0 wrap-anywhere">{url}</code>
              <CopyButton text={url} what="base URL" />
            </dd>
          </div>
          <div className="grid gap-1">
            <dt className="text-xs text-muted">Token</dt>
            <dd>
              {made ? (
                <span className="flex min-w-0 items-center gap-1">
                  <code className="code-text min-w-0 wrap-anywhere">{made}</code>
                  <CopyButton text={made} what="token" />
                </span>
              ) : token ? (
                <>
                  <span className="code-text block">
                    <span aria-hidden="true">pcs_••••••••••••••••</span>
                    <span className="sr-only">Hidden; it ends in </span>
                    {token.ending}
                  </span>
                  <span className="block text-xs text-faint">
                    Made <RelativeTime iso={token.createdAt} />
                    {token.madeByEmail !== null && ` by ${token.madeByEmail}`}
                    {token.lastUsedAt === null ? "; not used yet" : <>; last used <RelativeTime iso={token.lastUsedAt} /></>}
                  </span>
                </>
              ) : (
                <span className="text-muted">None: no directory is connected.</span>
              )}
            </dd>
          </div>
        </dl>
        {made && (
          <Notice tone="warn" role="status" title="Copy the token now">
            It isn’t shown again. Whoever has it can invite members, turn them off and on, and remove them; not owners.
          </Notice>
        )}
        <div className="flex flex-wrap gap-2">
          <Button pending={pending === "make"} disabled={pending !== null} onClick={() => void make()}>
            {token ? "Make another token" : "Make a token"}
          </Button>
          {token && (
            <Button tone="danger-quiet" pending={pending === "disconnect"} disabled={pending !== null} onClick={() => setAsking(true)}>
              Disconnect
            </Button>
          )}
        </div>
      </div>
      <AlertDialog open={asking} onOpenChange={setAsking} title="Disconnect the directory?" cancelLabel="Keep it" confirmLabel="Disconnect" onConfirm={() => void disconnect()}>
        <p>Its token stops working at once. Members stay what they are: whom it turned off stays off, until you remove them and invite them again.</p>
      </AlertDialog>
      {dialog}
    </Card>
  );
}
