package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/**
 * One value with parts or a class number while it is written or read.
 *
 * <p>All object graphs in it go through the same Kryo instance, so that objects which several
 * components of a record share are still shared after reading. The instance is borrowed when the
 * first graph comes; after a failure it is not given back, since nobody knows its state.
 */
final class Composite {
  private final ClassTable classes;
  private final GraphPool pool;
  private @Nullable Graph borrowed;

  Composite(ClassTable classes, GraphPool pool) {
    this.classes = classes;
    this.pool = pool;
  }

  /** Appends tag and value. */
  void write(int tag, Object value, ByteWriter out) {
    out.writeByte(tag);
    switch (tag) {
      case Tag.ENUM -> writeEnum((Enum<?>) value, out);
      case Tag.RECORD -> writeRecord(value, out);
      case Tag.KRYO -> graph().write(value, out);
      default -> throw new AssertionError("no composite has tag " + tag);
    }
  }

  /** Reads a value whose tag is read already. */
  Object read(int tag, ByteReader in) {
    return switch (tag) {
      case Tag.ENUM -> readEnum(in);
      case Tag.RECORD -> readRecord(in);
      case Tag.KRYO -> graph().read(in);
      default -> throw new AssertionError("no composite has tag " + tag);
    };
  }

  /** Gives back what was borrowed. To be called after success only. */
  void end() {
    if (borrowed != null) {
      pool.free(borrowed);
      borrowed = null;
    }
  }

  private Graph graph() {
    Graph graph = borrowed;
    if (graph == null) {
      graph = pool.obtain();
      borrowed = graph;
    }
    return graph;
  }

  private void writeEnum(Enum<?> value, ByteWriter out) {
    out.writeVarInt(classes.idOf(value.getDeclaringClass()));
    StringCodec.write(value.name(), out);
  }

  private Object readEnum(ByteReader in) {
    Class<?> type = classes.classOf(in.readVarInt());
    String name = StringCodec.read(in);
    if (!type.isEnum()) {
      throw new SerializationException(type.getName() + " was an enum and no longer is");
    }
    return constant(type, name);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the type of an enum class found at run time
  private static Object constant(Class<?> type, String name) {
    return Enum.valueOf((Class<? extends Enum>) type, name);
  }

  private void writeRecord(Object value, ByteWriter out) {
    RecordShape shape = RecordShape.of(value.getClass());
    out.writeVarInt(classes.idOf(value.getClass()));
    out.writeVarInt(shape.size());
    for (int i = 0; i < shape.size(); i++) {
      writeComponent(shape.component(value, i), out);
    }
  }

  private void writeComponent(@Nullable Object value, ByteWriter out) {
    if (value == null) {
      out.writeByte(Tag.NULL);
      return;
    }
    TypeTraits traits = TypeTraits.of(value.getClass());
    if (traits.isScalar()) {
      ScalarCodec.write(traits.tag(), value, out);
    } else {
      write(traits.tag(), value, out);
    }
  }

  private Object readRecord(ByteReader in) {
    Class<?> type = classes.classOf(in.readVarInt());
    RecordShape shape = RecordShape.of(type);
    int count = in.readVarInt();
    shape.checkSize(type, count);
    @Nullable Object[] components = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      components[i] = readComponent(in);
    }
    return shape.create(components);
  }

  private @Nullable Object readComponent(ByteReader in) {
    int tag = in.readByte();
    return switch (tag) {
      case Tag.NULL -> null;
      case Tag.ENUM, Tag.RECORD, Tag.KRYO -> read(tag, in);
      default -> ScalarCodec.read(tag, in);
    };
  }
}
