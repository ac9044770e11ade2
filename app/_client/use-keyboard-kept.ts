"use client";

import { useEffect, useState, type RefObject } from "react";

/**
 * For what goes away with the change it brought about: call the returned function along with the change, and the keyboard
 * moves to `target` once the page shows it, unless it is somewhere else by then.
 */
export function useKeyboardKept(target: RefObject<HTMLElement | null>): () => void {
  const [changes, setChanges] = useState(0);

  useEffect(() => {
    if (changes > 0 && document.activeElement === document.body) target.current?.focus();
  }, [changes, target]);

  return () => setChanges((before) => before + 1);
}
