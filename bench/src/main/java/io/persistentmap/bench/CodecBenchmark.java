package io.persistentmap.bench;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Serialises one object of about 100 bytes, as the dirty pass of a checkpoint does: with the codec,
 * and with Kryo as it comes, all classes registered.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("unused") // what serialisation reads and writes
public class CodecBenchmark {
  private static final String NAME = "Augusta Ada King, Countess of Lovelace";
  private static final String MAIL = "ada.lovelace@example.org";

  /** Parts that nobody can change. */
  record Person(String name, String mail, int age, long id, LocalDate born, boolean active) {}

  /** The same, as a class. */
  static final class Plain {
    private final String name = NAME;
    private final String mail = MAIL;
    private final int age = 36;
    private final long id = 18151210;
    private final LocalDate born = LocalDate.of(1815, 12, 10);
    private final boolean active = true;
  }

  /** With a list of two strings. */
  static final class Tagged {
    private final String name = NAME;
    private final String mail = MAIL;
    private final int age = 36;
    private final int visits = 1815;
    private final LocalDate born = LocalDate.of(1815, 12, 10);
    private final List<String> tags = new ArrayList<>(List.of("analyst", "metaphysician"));
  }

  /** With a view of such a list. */
  static final class Viewed {
    private final String name = NAME;
    private final List<String> tags =
        Collections.unmodifiableList(new ArrayList<>(List.of("analyst", "metaphysician")));
  }

  private static final Map<String, Supplier<Object>> SAMPLES =
      Map.of(
          "record",
          () -> new Person(NAME, MAIL, 36, 18151210, LocalDate.of(1815, 12, 10), true),
          "scalars",
          Plain::new,
          "list",
          Tagged::new,
          "view",
          Viewed::new,
          "map",
          () -> new HashMap<>(Map.of("name", NAME, "mail", MAIL, "age", "36")));

  /** What is serialised. */
  @Param({"record", "scalars", "list", "view", "map"})
  public String sample = "record";

  private final Codec codec =
      new Codec(
          new Bytes.ClassesInMemory(),
          CodecOptions.of(CodecBenchmark.class.getClassLoader(), CodecBenchmark.class));
  private final ByteWriter writer = new ByteWriter(1024);
  private final ByteReader reader = new ByteReader(new byte[0], 0, 0);
  private final Kryo kryo = new Kryo();
  private final Output output = new Output(1024);
  private final Input input = new Input();
  private Object object = "";
  private byte[] bytes = {};
  private byte[] bytesOfKryo = {};

  /** Makes the object and its bytes. */
  @Setup
  public void setUp() {
    kryo.setReferences(true);
    kryo.setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
    for (Class<?> type :
        List.of(
            Person.class,
            Plain.class,
            Tagged.class,
            ArrayList.class,
            HashMap.class,
            LocalDate.class)) {
      kryo.register(type);
    }
    object = SAMPLES.getOrDefault(sample, Object::new).get();
    codecWrite();
    bytes = java.util.Arrays.copyOf(writer.array(), writer.position());
    if (!sample.equals("view")) {
      kryoWrite();
      bytesOfKryo = output.toBytes();
    }
  }

  /** Returns how many bytes they were. */
  @Benchmark
  public int codecWrite() {
    writer.reset();
    codec.write(object, writer);
    return writer.position();
  }

  /** Reads them. */
  @Benchmark
  public Object codecRead() {
    reader.reset(bytes, 0, bytes.length);
    return codec.read(reader);
  }

  /** Returns how many bytes they were. Not for views, which Kryo can't write on Java 17. */
  @Benchmark
  public int kryoWrite() {
    output.reset();
    kryo.writeClassAndObject(output, object);
    return output.position();
  }

  /** Reads them. */
  @Benchmark
  public Object kryoRead() {
    input.setBuffer(bytesOfKryo);
    return kryo.readClassAndObject(input);
  }
}
