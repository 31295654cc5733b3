package io.persistentmap.serializer;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of records inside an object graph: the count of components, then each with its
 * class, in declared order.
 */
final class GraphRecordSerializer extends Serializer<Record> {
  private final GraphReferences references;

  GraphRecordSerializer(GraphReferences references) {
    super(false, true);
    this.references = references;
  }

  @Override
  public void write(Kryo kryo, Output output, Record value) {
    RecordShape shape = RecordShape.of(value.getClass());
    output.writeVarInt(shape.size(), true);
    references.open(value);
    for (int i = 0; i < shape.size(); i++) {
      kryo.writeClassAndObject(output, shape.component(value, i));
    }
    references.close();
  }

  @Override
  public Record read(Kryo kryo, Input input, Class<? extends Record> type) {
    RecordShape shape = RecordShape.of(type);
    shape.checkSize(type, input.readVarInt(true));
    @Nullable Object[] components = new @Nullable Object[shape.size()];
    for (int i = 0; i < components.length; i++) {
      components[i] = kryo.readClassAndObject(input);
    }
    return (Record) shape.create(components);
  }
}
