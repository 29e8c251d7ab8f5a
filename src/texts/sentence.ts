/** What is told to people. */
export interface Sentence {
  /** Short: what a notification shows in bold. */
  readonly title: string;
  readonly text: string;
}
