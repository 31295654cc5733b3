package io.persistentmap.serializer;

/**
 * A field that is not there any more, whose value is read all the same. Containers in it may have
 * to wait until an object around the field is complete; then it may turn out that they can't be
 * filled, which is a failure only if something else refers to objects of the field.
 */
final class Dropped {
  private final int from;
  private int to = Integer.MAX_VALUE;
  private boolean needed;

  /**
   * Begins one.
   *
   * @param from the number of the first object in it
   */
  Dropped(int from) {
    this.from = from;
  }

  /** Ends it, before the object of that number. */
  void end(int next) {
    to = next;
  }

  /** Notes that something outside refers to an object. */
  void refersTo(int number) {
    needed |= number >= from && number < to;
  }

  /** Notes that a container could not be filled. */
  void failed(Throwable reason) {
    if (needed) {
      throw needed(reason);
    }
  }

  /** Returns what nothing may refer to any more. */
  GraphReader.Lost lost(Throwable reason) {
    return new GraphReader.Lost(from, to, reason);
  }

  static SerializationException needed(Throwable reason) {
    return new SerializationException(
        "a field that is dropped has what is needed elsewhere: " + reason.getMessage(), reason);
  }
}
