package io.persistentmap.serializer;

import java.lang.reflect.Modifier;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
    JdkTypes.load();
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
    write(value, out, null);
  }

  /**
   * Appends a value, and tells of each part whose locks the thread is about to wait for.
   *
   * @param value what to write, never null
   * @param out takes the bytes
   * @param watch is told, unless it is null
   * @throws SerializationException as {@link #write(Object, ByteWriter)}
   * @throws ConcurrentModificationException as {@link #write(Object, ByteWriter)}
   * @throws NotEnteredException if the watch has thrown it; nothing is appended
   */
  public void write(Object value, ByteWriter out, @Nullable MonitorWatch watch) {
    Objects.requireNonNull(value, "value");
    int start = out.position();
    try {
      if (value instanceof String text) {
        StringCodec.write(text, out);
      } else {
        writeOther(value, out, watch);
      }
    } catch (ConcurrentModificationException | NotEnteredException again) {
      out.position(start);
      throw again;
    } catch (Throwable failure) {
      Failures.rethrowFatal(failure);
      out.position(start);
      throw Failures.write(value.getClass(), failure);
    }
  }

  private void writeOther(Object value, ByteWriter out, @Nullable MonitorWatch watch) {
    TypeTraits traits = TypeTraits.of(value.getClass());
    if (traits.isScalar()) {
      ScalarCodec.write(traits.tag(), value, out);
      return;
    }
    int start = out.position();
    Graph graph = graphs.obtain();
    graph.write(value, out, watch);
    List<GraphWriter.FirstObject> firstObjects = graph.takeFirstObjects();
    graphs.free(graph); // after success only, since nobody knows the state after a failure
    if (firstObjects != null) {
      firstObjectCheck.run(value, firstObjects, out.array(), start, out.position(), watch);
    }
  }

  /**
   * Creates a codec whose bytes are compared with each other, in this process, and stored nowhere.
   *
   * @param options what the user said about classes
   * @return the codec
   */
  public static Codec forComparing(CodecOptions options) {
    return new Codec(new HeapClassTable(), options);
  }

  /**
   * What was read.
   *
   * @param value the value
   * @param inOldLayout whether it might be written in other bytes now, though nobody has changed
   *     it: one of its classes has changed since, or has a serializer of the user's, or makes
   *     something else of what it is given
   */
  public record Decoded(Object value, boolean inOldLayout) {}

  /**
   * Reads one value. Whether bytes are left over is for the caller to check.
   *
   * @param in stands where {@link #write} began
   * @return the value
   * @throws SerializationException if the bytes are not a value, or its class is gone, not allowed,
   *     or does not fit them
   */
  public Object read(ByteReader in) {
    return read(in, false).value;
  }

  /**
   * Reads one value, and tells whether it is in an old layout.
   *
   * @param in stands where {@link #write} began
   * @return the value, and what is known of its bytes
   * @throws SerializationException as {@link #read}
   */
  public Decoded decode(ByteReader in) {
    return read(in, true);
  }

  private Decoded read(ByteReader in, boolean noteLayout) {
    int start = in.position();
    try {
      int tag = in.readByte();
      return tag < Tag.ENUM
          ? new Decoded(ScalarCodec.read(tag, in), false)
          : readOther(tag, in, noteLayout);
    } catch (Throwable failure) {
      Failures.rethrowFatal(failure);
      throw Failures.read(classNameAt(in, start), start, failure);
    }
  }

  private Decoded readOther(int tag, ByteReader in, boolean noteLayout) {
    int start = in.position();
    Graph graph = graphs.obtain();
    Object value;
    try {
      if (noteLayout) {
        graph.noteLayout();
      }
      value = graph.read(tag, in);
    } catch (RuntimeException | LinkageError failure) {
      Throwable reason = graph.lateFailure();
      if (reason == null) {
        throw findPath(failure, graph.failedContainer(), tag, in, start);
      }
      in.goBack(start); // since nobody may have what failed, not even in part
      graph = graphs.obtain();
      value = graph.readKept(tag, in, reason); // something is dropped, so the layout is an old one
    }
    boolean inOldLayout = graph.isInOldLayout();
    graphs.free(graph);
    return new Decoded(Objects.requireNonNull(value), inOldLayout);
  }

  /** Returns a failure with the path to the container that could not be filled at the end. */
  private RuntimeException findPath(
      Throwable failure, int container, int tag, ByteReader in, int start) {
    RuntimeException unchecked = Failures.unchecked(failure);
    if (container >= 0) {
      in.goBack(start);
      try {
        graphs.obtain().failAt(container, unchecked, tag, in);
      } catch (RuntimeException | LinkageError withPath) {
        return Failures.unchecked(withPath);
      }
    }
    return unchecked;
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
