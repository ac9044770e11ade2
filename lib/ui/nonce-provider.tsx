"use client";

import { useEffect, type ReactNode } from "react";
import { setNonce } from "get-nonce";

/**
 * Tells react-remove-scroll, which Radix dialogs and menus use, the nonce for the <style> it adds while one is open;
 * without it the content security policy refuses that style.
 */
export function NonceProvider({ nonce, children }: { nonce: string | null; children: ReactNode }) {
  useEffect(() => {
    if (nonce !== null) setNonce(nonce);
  }, [nonce]);
  return children;
}
