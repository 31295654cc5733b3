package io.persistentmap.bench.semantics;

import java.io.Serializable;

/** A key with an enum in it, whose {@code hashCode} is another in each process. */
record Place(String street, Colour colour) implements Serializable {
  /** An enum, whose {@code hashCode} is another in each process. */
  enum Colour {
    RED,
    GREEN
  }
}
