package io.persistentmap.serializer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Objects that can't be made, because their class is gone, is not allowed, or has changed too much.
 * Where somebody wants one, the exception says why; where nobody does, since it is part of a field
 * that is dropped, its bytes are passed over as the schema tells.
 */
final class UnreadableForm extends Form {
  /** Stands for an object, and for what refers to it, while a dropped field is read. */
  private static final class Placeholder {}

  private final Schema schema;
  private final Class<?> array;
  private final RuntimeException reason;

  UnreadableForm(Schema schema, RuntimeException reason) {
    this.schema = schema;
    this.reason = reason;
    Class<?> primitive = Primitives.named(ClassNames.element(schema.name()));
    boolean flat = primitive != null && schema.name().lastIndexOf('[') == 0;
    this.array = flat ? Objects.requireNonNull(primitive) : Object.class;
  }

  /** Throws, unless the object is to be dropped. */
  private void require(GraphReader in) {
    if (!in.isDropping()) {
      throw new SerializationException(
          Objects.requireNonNullElse(reason.getMessage(), reason.toString()), reason);
    }
  }

  /** Returns why objects can't be made. */
  RuntimeException reason() {
    return reason;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    throw new AssertionError("nothing is written as " + schema.name());
  }

  @Override
  Object create(GraphReader in) {
    require(in);
    in.noteUnreadable(reason);
    if (schema.kind() == Schema.Kind.ARRAY) {
      int count = in.bytes().readVarInt();
      if (array == Object.class) {
        in.claim(count);
      }
      return new Countdown(count);
    }
    in.values(schema.heads());
    return new Placeholder();
  }

  /** How many elements of an array are to come. */
  private record Countdown(int count) {}

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    require(in);
    in.noteUnreadable(reason);
    switch (schema.kind()) {
      case ENUM -> StringCodec.read(in.bytes());
      case CUSTOM -> in.bytes().skip(in.bytes().readFixedLength());
      case ARRAY -> skipElements(created, in);
      default -> skipParts(in);
    }
    return created == null ? new Placeholder() : created;
  }

  private void skipElements(@Nullable Object created, GraphReader in) {
    int count = ((Countdown) Objects.requireNonNull(created)).count;
    if (array == Object.class) {
      for (int i = 0; i < count; i++) {
        in.value();
      }
    } else {
      PrimitiveArrays.skip(Primitives.letter(array), count, in.bytes());
    }
  }

  private void skipParts(GraphReader in) {
    long mark = in.beginMaking();
    in.values(schema.kind() == Schema.Kind.VALUES ? schema.heads() : schema.values());
    if (schema.kind() == Schema.Kind.HOLDER && schema.heads() > 0) {
      in.endMaking(mark);
    }
    for (Schema.Field field : schema.fields()) {
      in.drop(Primitives.letter(field.type()));
    }
    switch (schema.kind()) {
      case LIST -> in.values(in.bytes().readVarInt());
      case SET -> in.fillWhole(() -> in.values(in.bytes().readVarInt()), elements -> {});
      case MAP -> in.fillWhole(() -> in.pairs(in.bytes().readVarInt()), elements -> {});
      default -> {}
    }
  }
}
