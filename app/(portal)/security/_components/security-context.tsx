"use client";

import { createContext, useContext, useState, type ReactNode } from "react";
import { accountApi } from "@/app/_client/account-api";
import { toApiError } from "@/app/_client/api-error";
import { type Approval, useStepUp } from "@/app/_components/step-up/use-step-up";
import { useToast } from "@/lib/ui/toast";
import type { SecurityView } from "@/lib/usecases/views";

interface Security {
  view: SecurityView;
  /** Asks the portal how things are now. */
  refresh: () => Promise<void>;
  /**
   * Runs an act that takes a proof, and renews the page. null: given up, or refused before there was anything to prove (which is said).
   * @throws ApiError for what `rejectOn` names
   */
  approve: <T>(approval: Approval<T>) => Promise<T | null>;
  /** The approval's dialog is on screen: another one steps aside. */
  approving: boolean;
}

const SecurityContext = createContext<Security | null>(null);

/** What the parts of the security page share: how things are, and the one way to change them. */
export function SecurityProvider({ initial, children }: { initial: SecurityView; children: ReactNode }) {
  const [view, setView] = useState(initial);
  const stepUp = useStepUp();
  const toast = useToast();

  async function refresh() {
    try {
      setView(await accountApi.security());
    } catch {
      // What is on screen stays; a session that ended says so by itself.
    }
  }

  async function approve<T>(approval: Approval<T>): Promise<T | null> {
    try {
      return await stepUp.approve(approval);
    } catch (problem) {
      const error = toApiError(problem);
      if (approval.rejectOn?.(error)) throw error;
      toast({ tone: "bad", title: "That didn’t work", description: error.message });
      return null;
    } finally {
      void refresh();
    }
  }

  return (
    <SecurityContext value={{ view, refresh, approve, approving: stepUp.open }}>
      {children}
      {stepUp.dialog}
    </SecurityContext>
  );
}

/** @throws Error outside of SecurityProvider */
export function useSecurity(): Security {
  const security = useContext(SecurityContext);
  if (security === null) throw new Error("useSecurity needs SecurityProvider around it.");
  return security;
}
