"use client";

import { useEffect, useRef, useState } from "react";
import { Laptop } from "lucide-react";
import Link from "next/link";
import { ConnectStep } from "@/app/(portal)/subscriptions/[sid]/clients/_components/connect-step";
import { ProblemNotice } from "@/app/(portal)/subscriptions/[sid]/clients/new/_components/problem-notice";
import { toApiError } from "@/app/_client/api-error";
import { type ClientKeyMaterial, makeClientKeys } from "@/app/_client/client-keys";
import { enrolmentApi } from "@/app/_client/enrolment-api";
import { browserRandom } from "@/app/_client/random";
import { sendSurely } from "@/app/_client/send-surely";
import { isUnderWay, problemOf, type Problem } from "@/app/_client/step-up-flow";
import { LeaveGuard } from "@/app/_components/leave-guard";
import { LinkPanel } from "@/app/_components/link-panel";
import { ApprovedAct } from "@/app/_components/step-up/approved-act";
import { ProofPanel } from "@/app/_components/step-up/proof-panel";
import { useProof } from "@/app/_components/step-up/use-proof";
import { Button, buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { Notice } from "@/lib/ui/notice";
import { DateTime } from "@/lib/ui/relative-time";
import type { EnrolmentOfferView } from "@/lib/usecases/enrolments-view";
import type { ClientChallengeView, IssuedClientView } from "@/lib/usecases/views";

interface EnrolFlowProps {
  token: string;
  offer: Extract<EnrolmentOfferView, { forYou: true }>;
  /** The link is used up. */
  onEnrolled: () => void;
}

const WORDS = {
  submit: "Approve and add",
  pending: "Making the keys and adding the client…",
  unreachable: "The connection dropped while your client was being added. Nothing is lost: your key and code are still here. Trying again is safe, even if the first attempt arrived.",
};

/** A client that a colleague prepared: looked at, approved, its keys made here and kept in this component's memory alone. */
export function EnrolFlow({ token, offer, onEnrolled }: EnrolFlowProps) {
  const { nickname, subscription, instance } = offer;
  const [challenge, setChallenge] = useState<ClientChallengeView | null>(null);
  const [keys, setKeys] = useState<ClientKeyMaterial | null>(null);
  const [issued, setIssued] = useState<IssuedClientView | null>(null);
  const [saved, setSaved] = useState(false);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const run = useProof<IssuedClientView>({
    act: async (proof) => {
      if (!challenge) throw new Error("A client is added while that is being approved.");
      const material = keys?.challengeId === challenge.challengeId ? keys : makeClientKeys({ ...challenge, ownKey: "" }, browserRandom);
      setKeys(material);
      const { publicKey, sealedPresharedKey } = material;
      return sendSurely(() => enrolmentApi.enrol({ token, publicKey, sealedPresharedKey, proof }));
    },
    onDone: (done) => {
      setIssued(done);
      onEnrolled();
    },
  });

  async function ask() {
    setAsking(true);
    setProblem(null);
    try {
      const asked = await enrolmentApi.ask(token);
      setChallenge(asked);
      run.begin(asked);
    } catch (error) {
      setProblem(problemOf(toApiError(error)));
    } finally {
      setAsking(false);
    }
  }

  const notice = (each: Problem) => <ProblemNotice problem={each} subscriptionId={subscription.id} backTo="/enrolment" {...(run.state ? { way: run.state.way } : {})} />;
  const unsaved = issued ? !saved : isUnderWay(run.state);
  return (
    <>
      {issued && keys && instance ? (
        <div className="w-full max-w-6xl">
          <ConnectStep state={{ issued, saved }} keys={keys} subscriptionId={subscription.id} instance={instance} onSaved={() => setSaved(true)} />
        </div>
      ) : run.state && challenge ? (
        <Approval nickname={nickname} sentTo={run.state.sentTo}>
          <ApprovedAct details={challenge.details} />
          <ProofPanel run={run} state={run.state} words={WORDS} again={{ pending: asking }} onAgain={() => void ask()} renderProblem={notice} />
        </Approval>
      ) : (
        <Offer offer={offer} problem={problem && notice(problem)} asking={asking} onAsk={() => void ask()} />
      )}
      <LeaveGuard active={unsaved} title="Leave without the config?" stayLabel="Stay here" leaveLabel="Leave anyway">
        <p>
          The key of <strong className="font-medium text-ink">{nickname}</strong> exists only on this page: once you leave, it is gone{issued ? ", and so is the link. The client stays; replace its key on its page to get a file" : ""}.
        </p>
      </LeaveGuard>
    </>
  );
}

function Approval({ nickname, sentTo, children }: { nickname: string; sentTo: string | null; children: React.ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Card className="w-full max-w-xl p-5 sm:p-7">
      <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold wrap-anywhere outline-none">
        Add {nickname}
      </h1>
      <p className="mt-1.5 mb-4 text-muted">
        {sentTo === null ? (
          "Show that it’s you. That approves exactly this:"
        ) : (
          <>
            We mailed a six-digit code to <strong className="font-medium text-ink">{sentTo}</strong>. It approves exactly this:
          </>
        )}
      </p>
      {children}
    </Card>
  );
}

function Offer({ offer, problem, asking, onAsk }: { offer: EnrolFlowProps["offer"]; problem: React.ReactNode; asking: boolean; onAsk: () => void }) {
  const { nickname, subscription, instance, preparedByEmail, expiresAt, endsAt, hindrance, usage } = offer;
  return (
    <LinkPanel icon={Laptop} title={`Add ${nickname}?`} focus>
      <p>
        <strong className="font-medium wrap-anywhere text-ink">{preparedByEmail}</strong> prepared this client for you: one machine of yours that may reach {instance?.name ?? "the instance"} of {subscription.name}
        {endsAt !== null && (
          <>
            , until <DateTime iso={endsAt} />
          </>
        )}
        .
      </p>
      <p>Its key is made here, in this browser, and nowhere else. Have the machine at hand: you download a file for it, or show it a code.</p>
      {usage && (
        <p className="tabular">
          You have {usage.used} of {usage.most} {usage.most === 1 ? "client" : "clients"} that {subscription.name} allows each member.
        </p>
      )}
      {problem}
      {hindrance === null ? (
        <Button tone="primary" size="lg" pending={asking} className="mt-2 w-full" onClick={onAsk}>
          Add this client
        </Button>
      ) : (
        <Notice
          tone="warn"
          title="It can’t be added now"
          actions={
            <Link href={`/subscriptions/${subscription.id}`} className={buttonClass("secondary")}>
              See your clients
            </Link>
          }
        >
          {hindrance}
        </Notice>
      )}
      <p className="text-sm text-faint">
        The link is good until <DateTime iso={expiresAt} />, once. If you don’t know what this is about, close the page: nothing happens by itself.
      </p>
    </LinkPanel>
  );
}
