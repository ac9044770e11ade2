"use client";

import { useState } from "react";
import Link from "next/link";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { type ClientKeyMaterial, makeClientKeys } from "@/app/_client/client-keys";
import { browserRandom } from "@/app/_client/random";
import { sendSurely } from "@/app/_client/send-surely";
import { problemOf, isUnderWay, type Problem } from "@/app/_client/step-up-flow";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import { LeaveGuard } from "@/app/_components/leave-guard";
import { ApprovedAct } from "@/app/_components/step-up/approved-act";
import { ProofPanel } from "@/app/_components/step-up/proof-panel";
import { useProof } from "@/app/_components/step-up/use-proof";
import { Button, buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { LinkPending } from "@/lib/ui/link-pending";
import type { ClientChallengeView, ClientView, IssuedClientView } from "@/lib/usecases/views";
import { ConnectStep, type FlowInstance } from "../../../_components/connect-step";
import { ProblemNotice } from "../../../new/_components/problem-notice";

interface ReplaceKeyFlowProps {
  subscriptionId: string;
  client: ClientView;
  instance: FlowInstance;
  /** The approval will be a mailed code; by something stronger otherwise. */
  byMail: boolean;
}

const WORDS = {
  submit: "Approve and replace",
  pending: "Making the new key…",
  unreachable: "The connection dropped while the key was being replaced. Nothing is lost: your new key and code are still here. Trying again is safe, even if the first attempt arrived.",
};

/** A new key for one's own client: approved, made here, and kept in this component's memory alone. */
export function ReplaceKeyFlow({ subscriptionId, client, instance, byMail }: ReplaceKeyFlowProps) {
  const [challenge, setChallenge] = useState<ClientChallengeView | null>(null);
  const [keys, setKeys] = useState<ClientKeyMaterial | null>(null);
  const [issued, setIssued] = useState<IssuedClientView | null>(null);
  const [saved, setSaved] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useSubscriptionEvents(subscriptionId, IGNORED);

  const run = useProof<IssuedClientView>({
    act: async (proof) => {
      if (!challenge) throw new Error("A key is replaced while that is being approved.");
      const material = keys?.challengeId === challenge.challengeId ? keys : makeClientKeys({ ...challenge, ownKey: "" }, browserRandom);
      setKeys(material);
      const { publicKey, sealedPresharedKey } = material;
      return sendSurely(() => api.replaceKey(subscriptionId, client.id, { publicKey, sealedPresharedKey, proof }));
    },
    onDone: setIssued,
  });

  async function ask() {
    setAsking(true);
    setProblem(null);
    try {
      const asked = await api.askKeyReplacement(subscriptionId, client.id);
      setChallenge(asked);
      run.begin(asked);
    } catch (error) {
      setProblem(problemOf(toApiError(error)));
    } finally {
      setAsking(false);
    }
  }

  const agentless = client.gateway.fetched !== null;
  const unsaved = issued ? !saved : isUnderWay(run.state);
  return (
    <div className={issued ? undefined : "mx-auto max-w-xl"}>
      {issued && keys ? (
        <ConnectStep replaces state={{ issued, saved }} keys={keys} subscriptionId={subscriptionId} instance={instance} onSaved={() => setSaved(true)} />
      ) : (
        <Card className="p-5 sm:p-7">
          <h1 className="text-2xl font-semibold wrap-anywhere">Replace the key of {client.nickname}</h1>
          {run.state && challenge ? (
            <>
              <p className="mt-1.5 mb-4 text-muted">
                {byMail ? (
                  <>
                    We mailed a six-digit code to <strong className="font-medium text-ink">{run.state.sentTo}</strong>. It approves exactly this:
                  </>
                ) : (
                  "Show that it’s you. That approves exactly this:"
                )}
              </p>
              <ApprovedAct details={challenge.details} />
              <ProofPanel run={run} state={run.state} words={WORDS} again={{ pending: asking }} onAgain={() => void ask()} renderProblem={(each) => <ProblemNotice problem={each} way={run.state?.way} subscriptionId={subscriptionId} />} />
            </>
          ) : (
            <>
              <ul className="mt-3 grid list-disc gap-1.5 pl-5 text-muted">
                <li>You get a new config for the same machine, with the same addresses in the tunnel.</li>
                <li>
                  {agentless
                    ? "The new one works, and the old one doesn’t any more, once the instance’s host has fetched its clients; nobody confirms that."
                    : "The old one goes on working until the new one connects for the first time, for a day at most. Then it is cut for good."}
                </li>
                <li>If the machine was lost or stolen, don’t wait for that: revoke the client.</li>
              </ul>
              {problem && (
                <div className="mt-5">
                  <ProblemNotice problem={problem} subscriptionId={subscriptionId} />
                </div>
              )}
              <div className="mt-6 flex flex-col-reverse gap-2 border-t border-line pt-5 sm:flex-row sm:items-center sm:justify-end">
                <Link href={`/subscriptions/${subscriptionId}/clients/${client.id}`} className={buttonClass("ghost", "md")}>
                  Cancel
                  <LinkPending />
                </Link>
                <Button tone="primary" pending={asking} onClick={() => void ask()}>
                  {byMail ? (asking ? "Mailing your code…" : "Mail me a code") : "Continue"}
                </Button>
              </div>
            </>
          )}
        </Card>
      )}
      <LeaveGuard active={unsaved} title="Leave without the config?" stayLabel="Stay here" leaveLabel="Leave anyway">
        <p>
          The new key of <strong className="font-medium text-ink">{client.nickname}</strong> exists only on this page: once you leave, it is gone. {agentless ? "The old one is about to stop working; replace the key again." : "The old one works for a day at most; replace the key again before that."}
        </p>
      </LeaveGuard>
    </div>
  );
}

const IGNORED = { onClient: () => undefined };
