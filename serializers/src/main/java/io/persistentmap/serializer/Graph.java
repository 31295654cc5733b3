package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.EnumNameSerializer;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import java.net.URI;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * A Kryo instance that reads and writes in place, without copying between buffers.
 *
 * <p>It remembers the objects of a graph until {@link #reset}, so several values can be one graph.
 */
final class Graph {
  private static final byte[] NO_BYTES = {};

  static {
    if (System.getProperty("kryo.unsafe") == null) {
      System.setProperty("kryo.unsafe", "false"); // else warnings on stderr from JDK 24 on
    }
  }

  private final Kryo kryo;
  private final Output output = new Output();
  private final GraphInput input = new GraphInput();

  Graph(ClassTable classes, ClassLoader loader) {
    GraphReferences references = new GraphReferences();
    kryo = new Kryo(new GraphClasses(classes), references);
    kryo.setClassLoader(loader);
    kryo.setRegistrationRequired(false);
    kryo.setAutoReset(false);
    kryo.setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    kryo.addDefaultSerializer(Record.class, new GraphRecordSerializer(references));
    kryo.addDefaultSerializer(Enum.class, EnumNameSerializer.class); // the default writes ordinals
    addSerializersOfJdkClasses();
  }

  /** Appends a value and all it refers to. */
  void write(Object value, ByteWriter out) {
    output.setBuffer(out.array(), ByteWriter.MAX_CAPACITY);
    output.setPosition(out.position());
    kryo.writeClassAndObject(output, value);
    out.adopt(output.getBuffer(), output.position());
  }

  /** Reads what {@link #write} appended. */
  Object read(ByteReader in) {
    input.setBuffer(in.array(), in.position(), in.remaining());
    Object value = kryo.readClassAndObject(input);
    if (value == null) {
      throw new SerializationException("an object graph without an object");
    }
    in.skip(input.position() - in.position());
    return value;
  }

  /** Forgets all objects and buffers. */
  void reset() {
    kryo.reset();
    output.setBuffer(NO_BYTES, ByteWriter.MAX_CAPACITY);
    input.setBuffer(NO_BYTES);
  }

  /** Classes whose fields are closed to reflection. */
  private void addSerializersOfJdkClasses() {
    kryo.addDefaultSerializer(UUID.class, DefaultSerializers.UUIDSerializer.class);
    kryo.addDefaultSerializer(URI.class, DefaultSerializers.URISerializer.class);
    kryo.addDefaultSerializer(Pattern.class, DefaultSerializers.PatternSerializer.class);
    kryo.addDefaultSerializer(
        AtomicBoolean.class, DefaultSerializers.AtomicBooleanSerializer.class);
    kryo.addDefaultSerializer(
        AtomicInteger.class, DefaultSerializers.AtomicIntegerSerializer.class);
    kryo.addDefaultSerializer(AtomicLong.class, DefaultSerializers.AtomicLongSerializer.class);
    kryo.addDefaultSerializer(
        AtomicReference.class, DefaultSerializers.AtomicReferenceSerializer.class);
  }
}
