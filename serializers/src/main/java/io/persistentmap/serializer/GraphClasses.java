package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells Kryo the classes of one file: numbers of the class table where it would write names. */
@SuppressWarnings("rawtypes") // the signatures of Kryo
final class GraphClasses extends DefaultClassResolver {
  private final StoredClasses classes;
  private final GraphWriter writer;
  private final GraphReader reader;
  private final IdentityHashMap<Class<?>, Known> byType = new IdentityHashMap<>();
  private final Map<Integer, Known> byNumber = new HashMap<>();
  private @Nullable Class<?> lastType;
  private @Nullable Known last;

  GraphClasses(StoredClasses classes, GraphWriter writer, GraphReader reader) {
    this.classes = classes;
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public Registration writeClass(Output output, Class type) {
    Known known = type == lastType ? last : byType.get(type);
    if (known == null) {
      StoredClass stored = classes.forWriting(type);
      known = known(stored);
      byType.put(type, known);
    }
    lastType = type;
    last = known;
    output.writeVarInt(known.stored.number(), true);
    return known;
  }

  @Override
  public Registration readClass(Input input) {
    int number = input.readVarInt(true);
    Known known = byNumber.get(number);
    return known != null ? known : known(classes.forReading(number));
  }

  private Known known(StoredClass stored) {
    return byNumber.computeIfAbsent(
        stored.number(), number -> new Known(stored, new Body(stored, writer, reader)));
  }

  /** What Kryo knows of a class. */
  private static final class Known extends Registration {
    private final StoredClass stored;

    Known(StoredClass stored, Body body) {
      super(stored.type(), body, stored.number());
      this.stored = stored;
    }
  }

  /** Lets Kryo write and read the objects of one class. */
  private static final class Body extends Serializer<Object> {
    private final StoredClass stored;
    private final GraphWriter writer;
    private final GraphReader reader;

    Body(StoredClass stored, GraphWriter writer, GraphReader reader) {
      this.stored = stored;
      this.writer = writer;
      this.reader = reader;
    }

    @Override
    public void write(Kryo kryo, Output output, Object object) {
      writer.content(stored, object);
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<?> type) {
      return reader.content(stored, false);
    }
  }
}
