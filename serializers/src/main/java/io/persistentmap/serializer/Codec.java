package io.persistentmap.serializer;

import java.util.Objects;

/**
 * The encoding of any key or value: one byte that says what follows, then the value.
 *
 * <p>Strings, numbers, times and the like, enums and records have encodings of their own. All other
 * objects are written as graphs, in which shared objects stay shared and cycles stay cycles. The
 * parts of one record belong to one graph.
 *
 * <p>One codec serves any number of threads. Whatever fails, fails with a {@link
 * SerializationException} that names the class of the value, and leaves the codec as it was.
 */
public final class Codec {
  private final ClassTable classes;
  private final GraphPool graphs;

  /**
   * Creates a codec for one file.
   *
   * @param classes the class numbers of the file
   * @param loader finds the classes that object graphs name
   */
  public Codec(ClassTable classes, ClassLoader loader) {
    this.classes = Objects.requireNonNull(classes, "classes");
    this.graphs = new GraphPool(classes, Objects.requireNonNull(loader, "loader"));
  }

  /**
   * Appends a value. After a failure the position is where it was before.
   *
   * @param value what to write, never null
   * @param out takes the bytes
   * @throws SerializationException if the value, or something it refers to, cannot be written
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
    Composite composite = new Composite(classes, graphs);
    composite.write(traits.tag(), value, out);
    composite.end();
  }

  /**
   * Reads one value. Whether bytes are left over is for the caller to check.
   *
   * @param in stands where {@link #write} began
   * @return the value
   * @throws SerializationException if the bytes are not a value, or its class does not fit them
   */
  public Object read(ByteReader in) {
    int start = in.position();
    try {
      int tag = in.readByte();
      return switch (tag) {
        case Tag.ENUM, Tag.RECORD, Tag.KRYO -> readComposite(tag, in);
        default -> ScalarCodec.read(tag, in);
      };
    } catch (Throwable failure) {
      Failures.rethrowFatal(failure);
      throw Failures.read(classNameAt(in, start), start, failure);
    }
  }

  private Object readComposite(int tag, ByteReader in) {
    Composite composite = new Composite(classes, graphs);
    Object value = composite.read(tag, in);
    composite.end();
    return value;
  }

  /**
   * Returns whether bytes may stand for a key: equal keys have equal bytes, different keys have
   * different bytes, and the next virtual machine agrees.
   *
   * @param key any object
   * @return false if {@code equals} must decide
   */
  public static boolean isByteStable(Object key) {
    return TypeTraits.of(key.getClass()).byteStable();
  }

  /**
   * Returns whether a value may be handed to several callers, because none of them can change it.
   *
   * @param value any object
   * @return false if it can be changed, or nobody knows
   */
  public static boolean isImmutable(Object value) {
    return TypeTraits.of(value.getClass()).immutable();
  }

  /**
   * Returns whether instances of exactly this class may be handed to several callers.
   *
   * @param type any class
   * @return false if they can be changed, or nobody knows
   */
  public static boolean isImmutable(Class<?> type) {
    return TypeTraits.of(type).immutable();
  }

  /** Finds out, after a failure, what was being read; no answer is worth a second failure. */
  private String classNameAt(ByteReader in, int start) {
    ByteReader again = new ByteReader(in.array(), start, in.limit());
    try {
      return switch (again.readByte()) {
        case Tag.ENUM, Tag.RECORD -> classes.classOf(again.readVarInt()).getName();
        case Tag.KRYO ->
            classes.classOf(again.readVarInt() - GraphClasses.FIRST_TABLE_CODE).getName();
        default -> "unknown class";
      };
    } catch (RuntimeException | LinkageError unknown) {
      return "unknown class";
    }
  }
}
