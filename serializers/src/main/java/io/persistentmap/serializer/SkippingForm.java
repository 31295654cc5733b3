package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/**
 * Objects that nobody wants: their bytes are passed over as their schema tells, whether their class
 * is there or not.
 */
final class SkippingForm extends Form {
  private final Schema schema;
  private final Throwable reason;

  /**
   * Creates it.
   *
   * @param reason why the objects can't be made
   */
  SkippingForm(Schema schema, Throwable reason) {
    this.schema = schema;
    this.reason = reason;
  }

  /**
   * Stands for an object.
   *
   * @param count the number of its elements, if it is an array
   * @param reason why it can't be made
   */
  record Placeholder(int count, Throwable reason) {}

  @Override
  void writeBody(Object object, GraphWriter out) {
    throw new AssertionError("nothing is written as " + schema.name());
  }

  @Override
  Object create(GraphReader in) {
    if (schema.kind() == Schema.Kind.ARRAY) {
      int count = in.bytes().readVarInt();
      if (elementLetter() == Primitives.REFERENCE) {
        in.claim(count);
      }
      return new Placeholder(count, reason);
    }
    in.values(schema.heads());
    return new Placeholder(0, reason);
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    long mark = in.beginMaking();
    switch (schema.kind()) {
      case ENUM -> StringCodec.read(in.bytes());
      case CUSTOM -> in.bytes().skip(in.bytes().readFixedLength());
      case ARRAY -> skipElements(created instanceof Placeholder array ? array.count : 0, in);
      case VALUES -> in.values(schema.heads());
      default -> skipParts(in);
    }
    if (!schema.kind().createsFirst()) {
      in.endMaking(mark);
    }
    return created == null ? new Placeholder(0, reason) : created;
  }

  private char elementLetter() {
    boolean flat = schema.name().lastIndexOf('[') == 0;
    return flat ? Primitives.letter(ClassNames.element(schema.name())) : Primitives.REFERENCE;
  }

  private void skipElements(int count, GraphReader in) {
    if (elementLetter() == Primitives.REFERENCE) {
      for (int i = 0; i < count; i++) {
        in.value();
      }
    } else {
      PrimitiveArrays.skip(elementLetter(), count, in.bytes());
    }
  }

  private void skipParts(GraphReader in) {
    long mark = in.beginMaking();
    in.values(schema.values());
    if (schema.kind() == Schema.Kind.HOLDER && schema.heads() > 0) {
      in.endMaking(mark);
    }
    for (Schema.Field field : schema.fields()) {
      in.drop(Primitives.letter(field.type()));
    }
    switch (schema.kind()) {
      case LIST -> in.values(in.bytes().readVarInt());
      case SET ->
          in.fillWhole(() -> in.values(in.bytes().readVarInt()), elements -> {}, () -> {}, false);
      case MAP ->
          in.fillWhole(() -> in.pairs(in.bytes().readVarInt()), elements -> {}, () -> {}, false);
      default -> {}
    }
  }
}
