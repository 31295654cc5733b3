package consumer.modules;

/** A class of the application, whose objects are values of the map. */
final class Guest {
  private int visits;

  int visit() {
    return ++visits;
  }
}
