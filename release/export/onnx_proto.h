/* onnx_proto.h - writing protocol buffer messages, as far as ONNX files need them
 *
 * A message is a run of fields, each a key (number and wire type) and a value; a message within another is
 * a field of bytes (https://protobuf.dev/programming-guides/encoding). Messages are built from the inside
 * out, each in a text of its own; memory failure is remembered in the texts.
 */
#ifndef ASSAY_RELEASE_EXPORT_ONNX_PROTO_H
#define ASSAY_RELEASE_EXPORT_ONNX_PROTO_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

/* A whole number; negative ones take ten bytes, as int64 has it. */
void assay_proto_integer(struct assay_text *message, unsigned field, int64_t value);

void assay_proto_bytes(struct assay_text *message, unsigned field, const void *bytes,
                       size_t length);
void assay_proto_string(struct assay_text *message, unsigned field, const char *string);

/* Adds what `part` holds as one field, and empties it. Where memory failed for the part, it has failed
 * for the message. */
void assay_proto_message(struct assay_text *message, unsigned field, struct assay_text *part);

#endif
