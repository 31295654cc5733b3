package io.persistentmap.serializer;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first object of each of the user's classes back and compares it, since only the class
 * itself knows whether its fields are all that there is to it.
 *
 * <p>Its own {@code equals} decides, if it has one that holds between two copies. Otherwise, if
 * equality is identity or rests on parts for which it is, the fields are compared one by one.
 */
final class FirstObjectCheck {
  private final GraphPool graphs;

  FirstObjectCheck(GraphPool graphs) {
    this.graphs = graphs;
  }

  /**
   * Checks objects that were just written as parts of a value.
   *
   * @param watch is told of parts whose own code is about to run, which may enter their monitors
   * @throws Refusal if one of them does not come back as it was
   */
  void run(
      Object value,
      List<GraphWriter.FirstObject> firstObjects,
      byte[] written,
      int from,
      int to,
      @Nullable MonitorWatch watch) {
    byte[] bytes = Arrays.copyOfRange(written, from, to);
    Graph copy = read(bytes);
    for (GraphWriter.FirstObject first : firstObjects) {
      if (watch != null && first.object() != value) {
        watch.beforeEntering(first.object());
      }
      String difference =
          first.number() < 0
              ? differenceOfRecord(first)
              : difference(first, copy.readObject(first.number()), bytes);
      if (difference.isEmpty()) {
        first.stored().setChecked();
      } else if (Arrays.equals(bytes, write(value))) { // else somebody is changing it
        throw Refusal.of(
            first.object().getClass(),
            difference
                + (first.object() instanceof Record ? "; " : "; make such fields transient, or ")
                + "give the class a serializer");
      }
    }
    graphs.free(copy);
  }

  private byte[] write(Object value) {
    ByteWriter out = new ByteWriter(0);
    Graph graph = graphs.obtain();
    graph.write(value, out, null);
    graphs.free(graph);
    return Arrays.copyOf(out.array(), out.position());
  }

  private Graph read(byte[] bytes) {
    Graph graph = graphs.obtain();
    readRoot(graph, bytes);
    return graph;
  }

  private static @Nullable Object readRoot(Graph graph, byte[] bytes) {
    ByteReader in = new ByteReader(bytes, 0, bytes.length);
    try {
      return graph.read(in.readByte(), in);
    } catch (RuntimeException | StackOverflowError failure) {
      throw new Refusal("what was written can't be read back: " + failure.getMessage(), failure);
    }
  }

  /** A record without a number in the graph can be written and read by itself. */
  private String differenceOfRecord(GraphWriter.FirstObject first) {
    byte[] bytes = write(first.object());
    Graph graph = graphs.obtain();
    Object copy = readRoot(graph, bytes);
    graphs.free(graph);
    return first.object().equals(copy) ? "" : "a copy is not equal to the record";
  }

  private String difference(GraphWriter.FirstObject first, Object copy, byte[] bytes) {
    Object object = first.object();
    if (copy.getClass() != object.getClass()) {
      return "it is read back as a " + copy.getClass().getName();
    }
    if (!Identity.onlyEqualsItself(object.getClass())) {
      try {
        if (object.equals(copy)) {
          return "";
        }
        if (copy.equals(read(bytes).readObject(first.number()))) {
          return "two objects read back are equal to each other, but not to the one written, so"
              + " something of it is not stored";
        }
      } catch (StackOverflowError endless) {
        return differenceWithoutEquals(first, copy); // equals() runs round a cycle for ever
      } catch (RuntimeException failure) {
        return "its equals() fails for what is read back: " + failure;
      }
    }
    return differenceWithoutEquals(first, copy);
  }

  private String differenceWithoutEquals(GraphWriter.FirstObject first, Object copy) {
    return first.stored().schema().kind() == Schema.Kind.CUSTOM
        ? differenceOfBytes(first.object(), copy)
        : differenceOfFields(first, copy);
  }

  private String differenceOfBytes(Object object, Object copy) {
    return Arrays.equals(write(object), write(copy))
        ? ""
        : "its serializer writes what it read back in other bytes";
  }

  private static String differenceOfFields(GraphWriter.FirstObject first, Object copy) {
    @Nullable Object[] before = first.stored().form().parts(first.object());
    @Nullable Object[] after = first.stored().form().parts(copy);
    for (int i = 0; i < before.length; i++) {
      if (!isAlike(before[i], after[i])) {
        return "field "
            + first.stored().schema().fields().get(i).name()
            + " is read back with another value";
      }
    }
    return "";
  }

  /** Compares what can be compared without looking deeper: what is deeper has its own check. */
  private static boolean isAlike(@Nullable Object before, @Nullable Object after) {
    if (before == null || after == null) {
      return before == after;
    }
    int tag = TypeTraits.of(before.getClass()).tag();
    if (tag != Tag.OBJECT && tag != Tag.BYTES && tag != Tag.RECORD) {
      return before.equals(after);
    }
    return Objects.equals(sizeOf(before), sizeOf(after));
  }

  /** Returns the number of elements of an array or of a collection of the JDK; null for others. */
  private static @Nullable Integer sizeOf(Object object) {
    if (object.getClass().isArray()) {
      return Array.getLength(object);
    }
    if (ClassNames.isJdk(object.getClass())) {
      if (object instanceof Collection<?> collection) {
        return collection.size();
      }
      if (object instanceof Map<?, ?> map) {
        return map.size();
      }
    }
    return null;
  }
}
