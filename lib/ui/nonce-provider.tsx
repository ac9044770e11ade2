"use client";

import { useEffect, useState, type ReactNode } from "react";
import { setNonce } from "get-nonce";

/**
 * Tells react-remove-scroll, which Radix dialogs and menus use, the nonce for the <style> it adds while one is open;
 * without it the content security policy refuses that style.
 */
export function NonceProvider({ nonce, children }: { nonce: string | null; children: ReactNode }) {
  // The document's own: a page that is asked for again from within it comes with a nonce that its policy doesn't know.
  const [first] = useState(nonce);
  useEffect(() => {
    if (first !== null) setNonce(first);
  }, [first]);
  return children;
}
