package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program that uses a codec for the first time in its virtual machine. */
public final class FirstUse {
  /** A class that Kryo would generate accessors for. */
  public static class Open {
    /** Stored. */
    public int number = 1;
  }

  private static final class Link {
    @SuppressWarnings("unused") // read by the codec
    private final Object next;

    Link(Object next) {
      this.next = next;
    }
  }

  private FirstUse() {}

  /** Fails deep in a graph before anything is loaded, and then stores one value of each kind. */
  public static void main(String[] args) {
    CodecFixture fixture = new CodecFixture();
    refuseDeepGraph(fixture);
    List<Object> values = new ArrayList<>(Samples.scalars());
    values.addAll(Samples.composites());
    for (Object value : values) {
      if (!fixture.roundTrip(value).equals(value)) {
        throw new AssertionError(value);
      }
    }
    if (fixture.roundTrip(new Open()).number != 1) {
      throw new AssertionError("a field was lost");
    }
    System.out.println("stored");
  }

  private static void refuseDeepGraph(CodecFixture fixture) {
    Object first = "last";
    for (int i = 0; i < 200_000; i++) {
      first = Optional.of(new Link(first));
    }
    try {
      fixture.encode(first);
      throw new AssertionError("not deep enough");
    } catch (SerializationException expected) {
      // what the test wants
    }
  }
}
