/** What the pages about prepared clients get. */
export interface EnrolmentView {
  id: string;
  nickname: string;
  /** Whose client it becomes. */
  email: string;
  /** It is the reader's. */
  mine: boolean;
  preparedByEmail: string;
  createdAt: string;
  lastSentAt: string;
  /** Of the link. */
  expiresAt: string;
  /** Of the client's access, as asked for; null: none, or as late as it may be. */
  endsAt: string | null;
  may: { resend: boolean; withdraw: boolean };
}

/** What a link is about, for who holds it. */
export type EnrolmentOfferView =
  | { forYou: false; /** Masked. */ sentTo: string }
  | {
      forYou: true;
      nickname: string;
      subscription: { id: string; name: string };
      /** null: it isn't up. */
      instance: { name: string; url: string } | null;
      preparedByEmail: string;
      /** Of the link. */
      expiresAt: string;
      /** Of the client's access, as it would be if it were added now; null: none. */
      endsAt: string | null;
      /** Why it can't be added now, in a sentence; null: it can. */
      hindrance: string | null;
      /** The reader's clients there, of those the subscription allows; null: it doesn't limit them. */
      usage: { used: number; most: number } | null;
    };
