package io.persistentmap.serializer;

import java.lang.reflect.Modifier;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Objects;

/**
 * The encoding of any key or value: one byte that says what follows, then the value.
 *
 * <p>Strings, numbers, times and the like, and enums, have encodings of their own. All other
 * objects are written as graphs, in which shared objects stay shared and cycles stay cycles; only
 * the parts of records with stable bytes are values without identity.
 *
 * <p>Nothing is written that can't be read: classes that are not known to survive are refused, and
 * the first object of each of the user's classes is read back and compared.
 *
 * <p>One codec serves any number of threads. Whatever fails, fails with a {@link
 * SerializationException} that names the path to the culprit, and leaves the codec as it was.
 */
public final class Codec {
  private static final String UNKNOWN = "unknown class";

  private final StoredClasses classes;
  private final GraphPool graphs;
  private final KeyClasses keyClasses;
  private final Immutability immutability;
  private final FirstObjectCheck firstObjectCheck;

  /**
   * Creates a codec for one file.
   *
   * @param table the class numbers of the file
   * @param options what the user said about classes
   */
  public Codec(ClassTable table, CodecOptions options) {
    this.classes = new StoredClasses(Objects.requireNonNull(table, "table"), options);
    this.graphs = new GraphPool(classes);
    this.keyClasses = new KeyClasses(classes);
    this.immutability = new Immutability(options.immutables());
    this.firstObjectCheck = new FirstObjectCheck(graphs);
  }

  /**
   * Appends a value. After a failure the position is where it was before.
   *
   * @param value what to write, never null
   * @param out takes the bytes
   * @throws SerializationException if the value, or something it refers to, can't be stored
   * @throws ConcurrentModificationException if another thread changed a collection in the value
   *     while it was written; it may be tried again
   */
  public void write(Object value, ByteWriter out) {
    Objects.requireNonNull(value, "value");
    int start = out.position();
    try {
      if (value instanceof String text) {
        StringCodec.write(text, out);
      } else {
        writeOther(value, out);
      }
    } catch (ConcurrentModificationException changed) {
      out.position(start);
      throw changed;
    } catch (Throwable failure) {
      Failures.rethrowFatal(failure);
      out.position(start);
      throw Failures.write(value.getClass(), failure);
    }
  }

  private void writeOther(Object value, ByteWriter out) {
    TypeTraits traits = TypeTraits.of(value.getClass());
    if (traits.isScalar()) {
      ScalarCodec.write(traits.tag(), value, out);
      return;
    }
    int start = out.position();
    Graph graph = graphs.obtain();
    graph.write(value, out);
    List<GraphWriter.FirstObject> firstObjects = graph.takeFirstObjects();
    graphs.free(graph); // after success only, since nobody knows the state after a failure
    if (firstObjects != null) {
      firstObjectCheck.run(value, firstObjects, out.array(), start, out.position());
    }
  }

  /**
   * Reads one value. Whether bytes are left over is for the caller to check.
   *
   * @param in stands where {@link #write} began
   * @return the value
   * @throws SerializationException if the bytes are not a value, or its class is gone, not allowed,
   *     or does not fit them
   */
  public Object read(ByteReader in) {
    int start = in.position();
    try {
      int tag = in.readByte();
      return tag < Tag.ENUM ? ScalarCodec.read(tag, in) : readOther(tag, in);
    } catch (Throwable failure) {
      Failures.rethrowFatal(failure);
      throw Failures.read(classNameAt(in, start), start, failure);
    }
  }

  private Object readOther(int tag, ByteReader in) {
    int start = in.position();
    Graph graph = graphs.obtain();
    Object value;
    try {
      value = graph.read(tag, in);
    } catch (RuntimeException | LinkageError failure) {
      Throwable reason = graph.lateFailure();
      if (reason == null) {
        throw failure;
      }
      in.goBack(start); // since nobody may have what failed, not even in part
      graph = graphs.obtain();
      value = graph.readKept(tag, in, reason);
    }
    graphs.free(graph);
    return Objects.requireNonNull(value);
  }

  /**
   * Returns the number of the class that an encoded value is of, without reading the value.
   *
   * @param array holds the value
   * @param from where it begins
   * @param to where it ends
   * @return the number in the class table, or 0 if the value needs none
   * @throws SerializationException if the bytes end within the number
   */
  public static int classNumberOf(byte[] array, int from, int to) {
    ByteReader in = new ByteReader(array, from, to);
    return switch (in.readByte()) {
      case Tag.ENUM, Tag.RECORD, Tag.OBJECT, Tag.CLASS -> in.readVarInt();
      default -> 0;
    };
  }

  /**
   * Returns whether bytes may stand for a key: equal keys have equal bytes, different keys have
   * different bytes, and the next virtual machine agrees.
   *
   * @param key any object
   * @return false if {@code equals} must decide
   * @throws SerializationException if its class had other components when records of it were
   *     stored, so that equal keys could have different bytes
   */
  public boolean isByteStable(Object key) {
    return keyClasses.isByteStable(key.getClass());
  }

  /**
   * Returns whether a value may be handed to several callers, because none of them can change it.
   *
   * @param value any object
   * @return false if it can be changed, or nobody knows
   */
  public boolean isImmutable(Object value) {
    return immutability.isImmutable(value.getClass());
  }

  /**
   * Returns whether a copy of a value is as good as the value: nobody can change either, and they
   * are equal.
   *
   * @param value any object
   * @return false also for immutable objects that only equal themselves, or have such parts
   */
  public boolean isCopyable(Object value) {
    return immutability.objectionToCopies(value.getClass()).isEmpty();
  }

  /**
   * Checks the class of a value, but not what the value refers to.
   *
   * @param value any object
   * @throws SerializationException if objects of its class can't be stored
   */
  public void requireStorable(Object value) {
    try {
      int tag = TypeTraits.of(value.getClass()).tag();
      if (tag == Tag.ENUM) {
        classes.forWriting(((Enum<?>) value).getDeclaringClass());
      } else if (tag == Tag.CLASS) {
        classes.forClassValue((Class<?>) value);
      } else if (tag > Tag.ENUM) {
        classes.forWriting(value.getClass());
      }
    } catch (Refusal refusal) {
      throw Failures.write(value.getClass(), refusal);
    }
  }

  /**
   * Tells what is known of a class, and why.
   *
   * @param type any class; for an interface or an abstract class, what holds for all that can be
   *     stored in its place
   * @return what is known
   */
  public TypeReport explain(Class<?> type) {
    boolean declared = Modifier.isAbstract(type.getModifiers()) && !type.isArray();
    String change =
        declared ? immutability.declaredToCopies(type) : immutability.objectionToCopies(type);
    String bytes = keyClasses.objection(type);
    return new TypeReport(
        change.isEmpty(),
        change.isEmpty()
            ? type.getTypeName() + " has nothing that can change, and equals its copies"
            : change,
        bytes.isEmpty(),
        bytes.isEmpty()
            ? "equal ones have equal bytes, and different ones different bytes"
            : bytes);
  }

  /** Finds out, after a failure, what was being read; no answer is worth a second failure. */
  private String classNameAt(ByteReader in, int start) {
    ByteReader again = new ByteReader(in.array(), start, in.limit());
    try {
      return again.readByte() < Tag.ENUM
          ? UNKNOWN
          : classes.forReading(again.readVarInt()).schema().name();
    } catch (RuntimeException | LinkageError unknown) {
      return UNKNOWN;
    }
  }
}
