package io.persistentmap.inspect;

/** Is told how far a long task is. Called by one thread. */
public interface Progress {
  /** Nobody wants to know. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String task, long total) {}

        @Override
        public void advance(long amount) {}
      };

  /**
   * A task, or its next part, begins.
   *
   * @param task what is done, for a person
   * @param total how much is to be done, in the unit of {@link #advance}
   */
  void begin(String task, long total);

  /** That much more of the task is done. */
  void advance(long amount);
}
