"use client";

import { useReducer, useState } from "react";
import { api } from "@/app/_client/api";
import { ApiError, toApiError } from "@/app/_client/api-error";
import { type ClientKeyMaterial, makeClientKeys } from "@/app/_client/client-keys";
import { endOf, type EndChoice } from "@/app/_client/end-choice";
import { isAboutInput, issueFlow, startOfFlow } from "@/app/_client/issue-flow";
import { browserRandom } from "@/app/_client/random";
import { sendSurely } from "@/app/_client/send-surely";
import type { Proof } from "@/app/_client/step-up";
import { isUnderWay } from "@/app/_client/step-up-flow";
import { useSubscriptionEvents } from "@/app/_client/use-subscription-events";
import { LeaveGuard } from "@/app/_components/leave-guard";
import { useProof } from "@/app/_components/step-up/use-proof";
import { PortcullisError } from "@/lib/core/errors";
import { parsePublicKey } from "@/lib/core/keys";
import { parseNickname } from "@/lib/core/nickname";
import type { IssuedClientView } from "@/lib/usecases/views";
import { ConnectStep, type FlowInstance } from "../../_components/connect-step";
import { ApproveStep } from "./approve-step";
import { FlowSteps } from "./flow-steps";
import { NameStep } from "./name-step";

interface NewClientFlowProps {
  subscriptionId: string;
  subscriptionName: string;
  instance: FlowInstance;
  /** The approval will be a mailed code; by something stronger otherwise. */
  byMail: boolean;
  /** Days that a client gets at a time; null: any. */
  maxClientDays: number | null;
  /** Of the clients that the subscription allows each member; null: it doesn't limit them. */
  usage: { used: number; most: number } | null;
}

/**
 * Name → approval → connected, on one page. The keys are made here, at the moment it is approved, and kept in this
 * component's memory alone.
 */
export function NewClientFlow({ subscriptionId, subscriptionName, instance, byMail, maxClientDays, usage }: NewClientFlowProps) {
  const [state, dispatch] = useReducer(issueFlow, startOfFlow);
  // Open before the client exists, so that not even its first event is missed.
  useSubscriptionEvents(subscriptionId, IGNORED);
  const [keys, setKeys] = useState<ClientKeyMaterial | null>(null);

  const run = useProof<IssuedClientView>({
    act: (proof) => issue(proof),
    onDone: (issued) => dispatch({ type: "issued", issued }),
    onError: (error) => {
      if (isAboutInput(error)) dispatch({ type: "input_refused_late", error });
      return isAboutInput(error);
    },
  });

  async function ask(nicknameText: string, ownKeyText: string, end: EndChoice) {
    const nickname = attempt(() => parseNickname(nicknameText));
    const ownKey = ownKeyText.trim() === "" ? { value: "", error: null } : attempt(() => parsePublicKey(ownKeyText));
    const expiresAt = endOf(end, Date.now());
    if (nickname.value === null || ownKey.value === null || expiresAt === "invalid") {
      dispatch({ type: "input_refused", nicknameError: nickname.error, ownKeyError: ownKey.error, endError: expiresAt === "invalid" ? "Choose a day that is still to come." : null });
      return;
    }
    dispatch({ type: "challenge_requested" });
    try {
      const challenge = await api.requestClientChallenge(subscriptionId, nickname.value, expiresAt);
      run.begin(challenge);
      dispatch({ type: "challenged", challenge, nickname: nickname.value, ownKey: ownKey.value, end, expiresAt });
    } catch (error) {
      dispatch({ type: "challenge_refused", error: toApiError(error) });
    }
  }

  async function issue(proof: Proof): Promise<IssuedClientView> {
    if (state.step !== "approve") throw new Error("A client is issued while it is being approved.");
    try {
      const material = keys?.challengeId === state.challengeId ? keys : makeClientKeys(state, browserRandom);
      setKeys(material);
      const { publicKey, sealedPresharedKey } = material;
      const request = { nickname: state.nickname, publicKey, sealedPresharedKey, expiresAt: state.expiresAt, proof };
      return await sendSurely(() => api.issueClient(subscriptionId, request));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  const unsaved = state.step === "connect" ? !state.saved : state.step === "approve" && isUnderWay(run.state);
  return (
    <div className={state.step === "connect" ? undefined : "mx-auto max-w-xl"}>
      <FlowSteps current={state.step} />
      {state.step === "name" && <NameStep state={state} dispatch={dispatch} subscriptionId={subscriptionId} instance={instance} byMail={byMail} maxClientDays={maxClientDays} usage={usage} onSubmit={ask} />}
      {state.step === "approve" && run.state && (
        <ApproveStep
          state={state}
          run={run}
          proving={run.state}
          subscriptionId={subscriptionId}
          subscriptionName={subscriptionName}
          instance={instance}
          onBack={() => dispatch({ type: "went_back" })}
          onAgain={() => void ask(state.nickname, state.ownKey, state.end)}
        />
      )}
      {state.step === "connect" && keys && (
        <ConnectStep state={state} keys={keys} subscriptionId={subscriptionId} instance={instance} onSaved={() => dispatch({ type: "saved" })} />
      )}
      <LeaveGuard active={unsaved} title="Leave without the config?" stayLabel="Stay here" leaveLabel="Leave anyway">
        {state.step === "connect" ? (
          <p>
            You haven’t saved the config of <strong className="font-medium text-ink">{state.issued.client.nickname}</strong>. Its key exists only on this page: once you leave, it is gone, and the client has to be revoked and added again.
          </p>
        ) : (
          <p>The client is being added right now. Its key exists only on this page: once you leave, it is gone.</p>
        )}
      </LeaveGuard>
    </div>
  );
}

const IGNORED = { onClient: () => undefined };

function attempt<T>(parse: () => T): { value: T; error: null } | { value: null; error: string } {
  try {
    return { value: parse(), error: null };
  } catch (error) {
    if (error instanceof PortcullisError) return { value: null, error: error.message };
    throw error;
  }
}

/** A refusal by the portal, or by this browser's own checks. */
const refusalOf = (error: unknown): ApiError => (error instanceof PortcullisError ? new ApiError(error.code, error.message, error.facts, 400) : toApiError(error));
